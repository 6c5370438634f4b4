/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: device images.
 */
#ifndef IMAGE_DISK_H
#define IMAGE_DISK_H

#include "../source/open.h"

/**
 * disk_make() - write a device image: an index of all layers, and the layers
 * @s: the command line
 * @img: the image, after image_open_layers()
 * @path: the file, which appears when it is complete
 *
 * Return: %EXIT_OK, or the exit code after an error message.
 */
enum exit_code disk_make(struct settings *s, const struct image *img,
			 const char *path);

/** command_disk() - write a device image; returns the exit code */
int command_disk(struct settings *s);

#endif /* IMAGE_DISK_H */
