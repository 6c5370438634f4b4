/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: mounting one layer of an image.
 */
#ifndef IMAGE_LAYER_H
#define IMAGE_LAYER_H

#include "../source/open.h"

/**
 * layer_options() - the mount options of a layer
 * @opt: filled in; must be released with options_free(), also after an error
 * @s: the command line: what the kernel verifies
 * @img: the image, after image_get_indexes()
 * @nr: number of the layer
 * @index: its index
 *
 * Return: %MOUNT_OK, or the exit status after an error message.
 */
enum mount_exit layer_options(struct mount_options *opt,
			      const struct settings *s,
			      const struct image *img, size_t nr,
			      const struct index *index);

/**
 * layer_mount() - mount a layer, or all as one tree
 * @name: the image, for messages
 * @path: file of the layer
 * @fd: the same, open for reading
 * @target: mount point
 * @opt: mount options
 *
 * Return: %MOUNT_OK, or the exit status after an error message.
 */
enum mount_exit layer_mount(const char *name, const char *path, int fd,
			    const char *target,
			    const struct mount_options *opt);

#endif /* IMAGE_LAYER_H */
