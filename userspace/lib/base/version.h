/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Version of the library and the programs. A cached index is used only by the
 * version that made it, so this changes whenever indexes do.
 */
#ifndef SGZ_BASE_VERSION_H
#define SGZ_BASE_VERSION_H

#define STARGZ_TOOLS_VERSION	"0.2"

#endif /* SGZ_BASE_VERSION_H */
