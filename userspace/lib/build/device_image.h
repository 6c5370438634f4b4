/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Device images: an index, followed by the blobs.
 */
#ifndef SGZ_BUILD_DEVICE_IMAGE_H
#define SGZ_BUILD_DEVICE_IMAGE_H

#include "blob/blob.h"
#include "index/tables.h"

/* Blobs in a device image start at multiples of this many bytes. */
#define SGZ_DEVICE_ALIGN	4096

/**
 * sgz_device_write() - write a device image to a file
 * @index: the index; the call sets the positions in its blob table
 * @ctx: the call
 * @align: the size is a multiple of this many bytes; zero: %SGZ_DEVICE_ALIGN
 * @blobs: the blobs of the index, in the order of its blob table
 * @out: empty regular file, open for writing
 *
 * If the file system supports it, the image shares blocks with the files of the
 * blobs.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_device_write(struct sgz_index *index, const struct sgz_context *ctx,
		     uint64_t align,
		     const struct sgz_blob *blobs, int out);

#endif /* SGZ_BUILD_DEVICE_IMAGE_H */
