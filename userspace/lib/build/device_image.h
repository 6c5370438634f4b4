/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Device images: an index with the blobs behind it.
 */
#ifndef SGZ_BUILD_DEVICE_IMAGE_H
#define SGZ_BUILD_DEVICE_IMAGE_H

#include "blob/blob.h"
#include "index/tables.h"

/* Blobs in a device image begin at multiples of this many bytes. */
#define SGZ_DEVICE_ALIGN	4096

/**
 * sgz_device_write() - write a device image to a file, from its start on
 * @index: the index; its blob table is changed to say where the blobs are
 * @ctx: the call
 * @align: the size is a multiple of this many bytes; zero: %SGZ_DEVICE_ALIGN
 * @blobs: the blobs, in the order of the blob table, without any between them
 *	that the index does not have
 * @out: empty regular file, open for writing
 *
 * The blobs are shared with the files that they are in where the file system
 * can do that, else copied.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_device_write(struct sgz_index *index, const struct sgz_context *ctx,
		     uint64_t align,
		     const struct sgz_blob *blobs, int out);

#endif /* SGZ_BUILD_DEVICE_IMAGE_H */
