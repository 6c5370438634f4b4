/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Where a blob goes to: a file descriptor, and the digest of all that went,
 * if it is wanted.
 */
#ifndef SGZ_BASE_SINK_H
#define SGZ_BASE_SINK_H

#include "base/sha256.h"

/**
 * struct sgz_sink - an output
 * @ctx: the call
 * @fd: written from its current position on
 * @pos: bytes written
 * @failed: writing has failed
 * @sha: of them; open if they are hashed
 */
struct sgz_sink {
	const struct sgz_context *ctx;
	int fd;
	uint64_t pos;
	bool failed;
	struct sgz_sha256 sha;
};

/**
 * sgz_sink_open() - begin
 * @sink: filled; to be closed in any case
 * @ctx: the call
 * @fd: written to
 * @hash: take the digest as well
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_sink_open(struct sgz_sink *sink, const struct sgz_context *ctx, int fd,
		  bool hash);

/** sgz_sink_write() - write all of some bytes */
int sgz_sink_write(struct sgz_sink *sink, const void *bytes, size_t len);

/** sgz_sink_close() - release; @fd stays open */
void sgz_sink_close(struct sgz_sink *sink);

#endif /* SGZ_BASE_SINK_H */
