/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Version of the library and the programs. mount.stargz uses only cached
 * indexes of its own version, so the version must change whenever the indexes
 * change.
 */
#ifndef STARGZ_VERSION_H
#define STARGZ_VERSION_H

/* Version of these headers. */
#define STARGZ_TOOLS_VERSION	"0.2"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * stargz_version() - version of the loaded library
 *
 * Return: a text like STARGZ_TOOLS_VERSION, with static lifetime.
 */
const char *stargz_version(void);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* STARGZ_VERSION_H */
