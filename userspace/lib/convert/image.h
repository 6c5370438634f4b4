/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The documents of one image: its manifest and configuration.
 */
#ifndef SGZ_CONVERT_IMAGE_H
#define SGZ_CONVERT_IMAGE_H

#include "convert/convert.h"

/**
 * sgz_convert_image_open() - open the image of a manifest
 * @c: the conversion
 * @ctx: the call
 * @manifest: the manifest
 * @image: set to the image, for sgz_convert_image_close(); on success only
 *
 * Return: 0, or a negative errno with the error text set: -EINVAL if it is not an
 * image, -ENOENT if a document is missing.
 */
int sgz_convert_image_open(struct sgz_convert *c, const struct sgz_context *ctx,
			   const struct sgz_descriptor *manifest,
			   struct stargz_image **image);

/** sgz_convert_image_close() - release */
void sgz_convert_image_close(struct stargz_image *image);

/** sgz_convert_image_scan() - add the layers of an image to the conversion */
int sgz_convert_image_scan(struct sgz_convert *c,
			   const struct stargz_image *image);

/**
 * sgz_convert_image_write() - write the documents of a converted image
 * @c: the conversion, with new layers
 * @image: the image
 * @descriptor: set to media type, digest and size of the new manifest; other
 *	members stay
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_convert_image_write(struct sgz_convert *c,
			    const struct stargz_image *image,
			    struct json_object *descriptor);

#endif /* SGZ_CONVERT_IMAGE_H */
