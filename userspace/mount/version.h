/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.stargz: version. A cached index is of the version that made it.
 */
#ifndef MOUNT_VERSION_H
#define MOUNT_VERSION_H

#define STARGZ_TOOLS_VERSION	"0.1"

#endif /* MOUNT_VERSION_H */
