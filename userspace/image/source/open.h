/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: from the command line to an open image.
 */
#ifndef IMAGE_OPEN_H
#define IMAGE_OPEN_H

#include "../../mount/image.h"
#include "../../mount/msg.h"
#include "../../mount/xalloc.h"
#include "../cmdline/options.h"

/**
 * image_name() - name of the image for the library
 * @s: the command line; @containerd_ref is set for an image of containerd
 * @name: set to a new string
 *
 * The function asks containerd for the digest of its images, and copies images of
 * registries.
 *
 * Return: 0, or a negative errno after an error message.
 */
int image_name(struct settings *s, char **name);

/**
 * image_open() - open the image
 * @s: the command line
 * @image: set to the image
 *
 * Return: 0, or a negative errno after an error message.
 */
int image_open(struct settings *s, struct stargz_image **image);

/** image_progress() - draw the progress bar; @data: struct settings */
void image_progress(void *data, uint64_t done, uint64_t total);

/** image_options() - mount options of the command line; opposite of options_free() */
void image_options(const struct settings *s, struct mount_options *opt);

/**
 * image_prepare() - open the image and get its indexes
 * @s: the command line
 * @img: filled in; must be released with image_release(), also after an error
 * @opt: mount options
 * @merged: get the index of all layers as one tree
 *
 * Return: 0, or a negative errno after an error message.
 */
int image_prepare(struct settings *s, struct image *img,
		  struct mount_options *opt, bool merged);

/** image_release() - release what image_prepare() opened */
void image_release(struct image *img);

#endif /* IMAGE_OPEN_H */
