/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The destination of a blob: a file descriptor, and optionally the digest of
 * all written bytes.
 */
#ifndef SGZ_BASE_SINK_H
#define SGZ_BASE_SINK_H

#include "base/sha256.h"

/**
 * struct sgz_sink - an output
 * @ctx: the call
 * @fd: written from its current position on
 * @pos: number of written bytes
 * @failed: a write has failed
 * @sha: digest of the written bytes; open if it is requested
 */
struct sgz_sink {
	const struct sgz_context *ctx;
	int fd;
	uint64_t pos;
	bool failed;
	struct sgz_sha256 sha;
};

/**
 * sgz_sink_open() - start writing
 * @sink: filled in; must be closed, also after an error
 * @ctx: the call
 * @fd: destination
 * @hash: compute the digest as well
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_sink_open(struct sgz_sink *sink, const struct sgz_context *ctx, int fd,
		  bool hash);

/** sgz_sink_write() - write all bytes of a buffer */
int sgz_sink_write(struct sgz_sink *sink, const void *bytes, size_t len);

/** sgz_sink_close() - free the sink; @fd stays open */
void sgz_sink_close(struct sgz_sink *sink);

#endif /* SGZ_BASE_SINK_H */
