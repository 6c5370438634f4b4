/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Where a blob goes to: a file descriptor, with the digest of all that went.
 */
#ifndef SGZ_SINK_H
#define SGZ_SINK_H

#include "sha256.h"

/**
 * struct sgz_sink - an output
 * @ctx: the call
 * @fd: written from its current position on
 * @pos: bytes written
 * @failed: writing has failed
 * @sha: of them
 */
struct sgz_sink {
	const struct sgz_context *ctx;
	int fd;
	uint64_t pos;
	bool failed;
	struct sgz_sha256 sha;
};

/** sgz_sink_open() - begin; to be closed in any case when this succeeds */
int sgz_sink_open(struct sgz_sink *sink, const struct sgz_context *ctx, int fd);

/** sgz_sink_write() - write all of some bytes */
int sgz_sink_write(struct sgz_sink *sink, const void *bytes, size_t len);

/** sgz_sink_close() - release; @fd stays open */
void sgz_sink_close(struct sgz_sink *sink);

#endif /* SGZ_SINK_H */
