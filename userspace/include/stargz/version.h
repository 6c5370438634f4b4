/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Version of the library and the programs. A cached index is used only by the
 * version that made it, so this changes whenever indexes do.
 */
#ifndef STARGZ_VERSION_H
#define STARGZ_VERSION_H

/* Of these headers. */
#define STARGZ_TOOLS_VERSION	"0.2"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * stargz_version() - version of the library that is loaded
 *
 * Return: a text like STARGZ_TOOLS_VERSION; it is never released.
 */
const char *stargz_version(void);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* STARGZ_VERSION_H */
