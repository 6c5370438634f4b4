/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * A blob: a range of a file or block device, read by position; or a pipe, read
 * once from its start to its end.
 */
#ifndef SGZ_BLOB_BLOB_H
#define SGZ_BLOB_BLOB_H

#include "base/context.h"

/* Bytes at the start of a blob by which its format is known. */
#define SGZ_BLOB_HEAD	512

/**
 * struct sgz_blob - where the bytes are
 * @fd: open for reading
 * @start: first byte in @fd
 * @size: bytes; of a pipe too much until it was read to its end
 * @pipe: @fd can only be read on
 * @at: how many bytes of a pipe were read
 * @head_len: bytes in @head
 * @head: how a blob begins
 */
struct sgz_blob {
	int fd;
	uint64_t start;
	uint64_t size;
	bool pipe;
	uint64_t at;
	size_t head_len;
	unsigned char head[SGZ_BLOB_HEAD];
};

/**
 * sgz_blob_open() - check a range of an open file
 * @blob: filled
 * @ctx: the call
 * @fd: regular file, block device or pipe
 * @start: first byte; zero for a pipe
 * @size: bytes, or zero: up to the end of the file
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_blob_open(struct sgz_blob *blob, const struct sgz_context *ctx, int fd,
		  uint64_t start, uint64_t size);

/** sgz_blob_read() - read exactly @len bytes at @pos of a blob, not a pipe */
int sgz_blob_read(const struct sgz_blob *blob, const struct sgz_context *ctx,
		  uint64_t pos, void *buf, size_t len);

/**
 * sgz_blob_some() - read up to @len bytes at @pos of a blob
 * @blob: the blob; of a pipe, @pos has to be where the last call ended
 * @ctx: the call
 * @pos: first byte
 * @buf: gets them
 * @len: how many at most
 *
 * Return: how many bytes, 0 at the end, or a negative errno with the error text
 *	set.
 */
ssize_t sgz_blob_some(struct sgz_blob *blob, const struct sgz_context *ctx,
		      uint64_t pos, void *buf, size_t len);

#endif /* SGZ_BLOB_BLOB_H */
