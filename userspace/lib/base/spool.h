/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Bytes that are written now and read later, more than should be in memory: a
 * temporary file without a name.
 */
#ifndef SGZ_BASE_SPOOL_H
#define SGZ_BASE_SPOOL_H

#include "base/context.h"

/**
 * struct sgz_spool - bytes put aside
 * @ctx: the call
 * @fd: the file
 * @size: bytes in all
 * @used: bytes of @buf that are not yet in the file
 * @buf: the last ones
 */
struct sgz_spool {
	const struct sgz_context *ctx;
	int fd;
	uint64_t size;
	size_t used;
	char buf[64 << 10];
};

/** sgz_spool_open() - begin; to be closed in any case */
int sgz_spool_open(struct sgz_spool *spool, const struct sgz_context *ctx);

/** sgz_spool_add() - append bytes */
int sgz_spool_add(struct sgz_spool *spool, const void *bytes, size_t len);

/** sgz_spool_patch() - write over bytes that were appended before */
int sgz_spool_patch(struct sgz_spool *spool, uint64_t at, const void *bytes,
		    size_t len);

/**
 * sgz_spool_read() - read bytes
 * @spool: nothing is appended any more
 * @at: first byte
 * @buf: gets them
 * @len: how many at most
 *
 * Return: how many bytes, 0 at the end, or a negative errno.
 */
ssize_t sgz_spool_read(struct sgz_spool *spool, uint64_t at, void *buf,
		       size_t len);

/** sgz_spool_close() - release */
void sgz_spool_close(struct sgz_spool *spool);

#endif /* SGZ_BASE_SPOOL_H */
