/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * A blob: a range of a file or block device, read by position; or a pipe, read
 * once from its start to its end.
 */
#ifndef SGZ_BLOB_BLOB_H
#define SGZ_BLOB_BLOB_H

#include "base/sha256.h"

/* Number of bytes at the start of a blob that show its format. */
#define SGZ_BLOB_HEAD	512

/**
 * struct sgz_blob - an open blob
 * @fd: open for reading
 * @start: offset of the blob in @fd
 * @size: in bytes; an upper limit for a pipe until its end was reached
 * @pipe: @fd can only be read in sequence
 * @at: number of bytes of a pipe that were read
 * @sha: digest of the bytes before @hashed, or NULL: not computed
 * @hashed: end of these bytes
 * @head_len: number of bytes in @head
 * @head: start of the blob
 */
struct sgz_blob {
	int fd;
	uint64_t start;
	uint64_t size;
	bool pipe;
	uint64_t at;
	struct sgz_sha256 *sha;
	uint64_t hashed;
	size_t head_len;
	unsigned char head[SGZ_BLOB_HEAD];
};

/**
 * sgz_blob_open() - use a range of an open file as a blob
 * @blob: filled in. There is nothing to release
 * @ctx: the call
 * @fd: regular file, block device or pipe; must stay open as long as @blob is
 *	used
 * @start: offset in bytes; zero for a pipe
 * @size: in bytes, or zero: up to the end of the file
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
 * @blob: the blob
 * @ctx: the call
 * @pos: offset in the blob; of a pipe, the end of the previous read
 * @buf: filled in
 * @len: size of @buf in bytes
 *
 * Return: number of bytes, 0 at the end, or a negative errno with the error
 *	text set.
 */
ssize_t sgz_blob_some(struct sgz_blob *blob, const struct sgz_context *ctx,
		      uint64_t pos, void *buf, size_t len);

/**
 * sgz_blob_digest() - end the digest of a blob
 * @blob: the blob; its @sha becomes NULL
 * @ctx: the call
 * @digest: set to the SHA-256 of all its bytes
 *
 * If @sha is set, sgz_blob_some() adds each byte to it that follows the bytes
 * before. This call reads only what is missing: nothing, if the blob was read
 * in order up to its end.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_blob_digest(struct sgz_blob *blob, const struct sgz_context *ctx,
		    uint8_t digest[STARGZ_SHA256_LEN]);

#endif /* SGZ_BLOB_BLOB_H */
