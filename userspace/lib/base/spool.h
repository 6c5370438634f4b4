/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Bytes that are written now and read later, too many for memory: an unnamed
 * temporary file.
 */
#ifndef SGZ_BASE_SPOOL_H
#define SGZ_BASE_SPOOL_H

#include "base/context.h"

/**
 * struct sgz_spool - bytes in a temporary file
 * @ctx: the call
 * @fd: the file
 * @size: total number of bytes
 * @used: number of bytes in @buf that are not in the file yet
 * @buf: write buffer with the last bytes
 */
struct sgz_spool {
	const struct sgz_context *ctx;
	int fd;
	uint64_t size;
	size_t used;
	char buf[64 << 10];
};

/** sgz_spool_open() - create a spool; must be closed, also after an error */
int sgz_spool_open(struct sgz_spool *spool, const struct sgz_context *ctx);

/** sgz_spool_add() - append bytes */
int sgz_spool_add(struct sgz_spool *spool, const void *bytes, size_t len);

/** sgz_spool_flush() - write all bytes to @spool->fd */
int sgz_spool_flush(struct sgz_spool *spool);

/** sgz_spool_patch() - overwrite bytes that were appended before */
int sgz_spool_patch(struct sgz_spool *spool, uint64_t at, const void *bytes,
		    size_t len);

/**
 * sgz_spool_read() - read bytes
 * @spool: the spool; the caller appends no more bytes
 * @at: first byte
 * @buf: destination
 * @len: size of @buf
 *
 * Return: how many bytes, 0 at the end, or a negative errno.
 */
ssize_t sgz_spool_read(struct sgz_spool *spool, uint64_t at, void *buf,
		       size_t len);

/** sgz_spool_close() - release */
void sgz_spool_close(struct sgz_spool *spool);

#endif /* SGZ_BASE_SPOOL_H */
