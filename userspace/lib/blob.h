/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * A blob: a range of a file or block device, read by position.
 */
#ifndef SGZ_BLOB_H
#define SGZ_BLOB_H

#include "context.h"

/**
 * struct sgz_blob - where the bytes are
 * @fd: open for reading
 * @start: first byte in @fd
 * @size: bytes
 */
struct sgz_blob {
	int fd;
	uint64_t start;
	uint64_t size;
};

/**
 * sgz_blob_open() - check a range of an open file
 * @blob: filled
 * @ctx: the call
 * @fd: regular file or block device
 * @start: first byte
 * @size: bytes, or zero: up to the end of the file
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_blob_open(struct sgz_blob *blob, const struct sgz_context *ctx, int fd,
		  uint64_t start, uint64_t size);

/** sgz_blob_read() - read exactly @len bytes at @pos of the blob */
int sgz_blob_read(const struct sgz_blob *blob, const struct sgz_context *ctx,
		  uint64_t pos, void *buf, size_t len);

#endif /* SGZ_BLOB_H */
