/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: overlayfs on top of layers.
 */
#ifndef IMAGE_OVERLAY_H
#define IMAGE_OVERLAY_H

#include <stdbool.h>
#include <stddef.h>

#include "../../mount/msg.h"

/**
 * struct overlay - a mount of overlayfs
 * @name: the image, for messages and as the source of the mount
 * @lowers: number of layers, mounted at RUN_DIR/N, lowest first
 * @upper: directory of the writable layer, or NULL: read-only; allocated
 * @work: directory for overlayfs on the same file system; allocated
 * @userxattr: use attributes of users
 */
struct overlay {
	const char *name;
	size_t lowers;
	char *upper;
	char *work;
	bool userxattr;
};

/* The source of our mounts of overlayfs begins with this. */
#define OVERLAY_SOURCE	"stargz-image:"

/**
 * overlay_mount() - mount, detached from all directories
 * @overlay: what to mount
 * @mnt: set to the mount
 *
 * Return: %MOUNT_OK, or the exit status after an error message.
 */
enum mount_exit overlay_mount(const struct overlay *overlay, int *mnt);

#endif /* IMAGE_OVERLAY_H */
