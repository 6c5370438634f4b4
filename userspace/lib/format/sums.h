/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The checksums and digests of spans, computed while they are decoded.
 */
#ifndef SGZ_FORMAT_SUMS_H
#define SGZ_FORMAT_SUMS_H

#include "base/sha256.h"
#include "format/spans.h"

/**
 * struct sgz_sums - checksums and digests of the current span
 * @ctx: the call
 * @spans: receives them
 * @flags: %SGZ_SPAN_CHECKED for checksums, %SGZ_SPAN_DIGESTED for digests
 * @sha: digest in progress, open with %SGZ_SPAN_DIGESTED
 * @crc: CRC-32 in progress
 * @len: number of bytes of the span so far
 */
struct sgz_sums {
	const struct sgz_context *ctx;
	struct sgz_spans *spans;
	uint8_t flags;
	struct sgz_sha256 sha;
	uint32_t crc;
	uint64_t len;
};

/**
 * sgz_sums_open() - start
 * @sums: filled in; after success it must be closed
 * @ctx: the call
 * @spans: receives checksums and digests
 * @flags: %SGZ_SPAN_CHECKED or zero. Digests are computed if @spans is to have
 *	them
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_sums_open(struct sgz_sums *sums, const struct sgz_context *ctx,
		  struct sgz_spans *spans, uint8_t flags);

/** sgz_sums_begin() - start a span; sets its flags, @piece and @digest */
void sgz_sums_begin(struct sgz_sums *sums, struct sgz_span *span);

/** sgz_sums_add() - add decoded bytes of the span; returns 0 or -ENOMEM */
int sgz_sums_add(struct sgz_sums *sums, const void *bytes, size_t len);

/** sgz_sums_end() - end the span; returns 0 or -ENOMEM */
int sgz_sums_end(struct sgz_sums *sums);

/** sgz_sums_close() - release */
void sgz_sums_close(struct sgz_sums *sums);

#endif /* SGZ_FORMAT_SUMS_H */
