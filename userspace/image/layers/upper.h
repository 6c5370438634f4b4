/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: the writable layer.
 */
#ifndef IMAGE_UPPER_H
#define IMAGE_UPPER_H

#include "overlay.h"

/**
 * upper_make() - make the directories of a writable layer
 * @rw: "tmpfs", a directory, or a device with a file system
 * @like: a new layer has the owner and permissions of this directory
 * @overlay: @upper and @work are set
 *
 * Return: %MOUNT_OK, or the exit status after an error message.
 */
enum mount_exit upper_make(const char *rw, const char *like,
			   struct overlay *overlay);

#endif /* IMAGE_UPPER_H */
