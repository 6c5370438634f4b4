// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Pruning and compressing histories. Bytes that nothing refers to are omitted at
 * the start. Others become repetitions of the needed byte before them: one
 * match encodes such a gap, and all these matches have the same distance. This
 * takes 3 % less than zeroes.
 */
#include <endian.h>
#include <string.h>

#include "format/checkpoint_window.h"

/* Higher levels save less than 1 % and are slower. */
#define LEVEL	5

/*
 * The estimate, from histories of binaries, source code and documents: 200
 * bytes, two bits for each needed byte and 2.2 bytes for each run of them,
 * rounded to fractions that are easy to compute.
 */
#define COST_FIXED	200
#define COST_BYTES(n)	((n) * 2 / 5)
#define COST_RUNS(n)	((n) * 11 / 5)

/* Sum of eight bytes, each 0 or 1. */
static uint32_t count_ones(uint64_t eight)
{
	return (eight * 0x0101010101010101) >> 56;
}

uint32_t sgz_history_cost(const uint8_t used[SGZ_HISTORY_SIZE])
{
	uint32_t bytes = 0, runs = 0;
	uint64_t before = 0;

	for (size_t i = 0; i < SGZ_HISTORY_SIZE; i += 8) {
		uint64_t eight;

		memcpy(&eight, used + i, sizeof(eight));
		eight = le64toh(eight);
		bytes += count_ones(eight);
		runs += count_ones(eight & ~(eight << 8 | before));
		before = eight >> 56;
	}
	return bytes ? COST_FIXED + COST_BYTES(bytes) + COST_RUNS(runs) : 0;
}

/* Position of the next byte @what from @at on, or @len. */
static size_t find(const uint8_t *used, size_t at, size_t len, int what)
{
	const uint8_t *found = memchr(used + at, what, len - at);

	return found ? (size_t)(found - used) : len;
}

/* Copy needed bytes; each gap repeats the last needed byte before it. */
static void prune(uint8_t *to, const uint8_t *from, const uint8_t *used,
		  size_t len)
{
	size_t at = 0;

	while (at < len) {
		size_t end = find(used, at, len, 0);
		size_t start = find(used, end, len, 1);

		memcpy(to + at, from + at, end - at);
		memset(to + end, to[end - 1], start - end);
		at = start;
	}
}

static int pack(struct sgz_history_packer *p, const struct sgz_context *ctx,
		struct sgz_spans *spans, struct sgz_span *span, size_t len)
{
	size_t n;
	void *to;

	if (!p->z)
		p->z = libdeflate_alloc_compressor(LEVEL);
	if (!p->z)
		return sgz_nomem(ctx);
	n = libdeflate_deflate_compress(p->z, p->bytes, len, p->packed,
					sizeof(p->packed));
	to = n ? sgz_vec_add(&spans->histories, n, 1) : NULL;
	if (!to)
		return sgz_nomem(ctx);
	memcpy(to, p->packed, n);
	span->history = spans->histories.count - n;
	span->history_clen = n;
	span->history_ulen = len;
	return 0;
}

int sgz_history_store(struct sgz_history_packer *p,
		      const struct sgz_context *ctx, struct sgz_spans *spans,
		      struct sgz_span *span, const uint8_t *end,
		      const uint8_t used[SGZ_HISTORY_SIZE])
{
	const uint8_t *first = memchr(used, 1, SGZ_HISTORY_SIZE);
	size_t len;

	if (!first)
		return 0;
	len = used + SGZ_HISTORY_SIZE - first;
	prune(p->bytes, end - len, first, len);
	return pack(p, ctx, spans, span, len);
}

void sgz_history_free(struct sgz_history_packer *p)
{
	if (p->z)
		libdeflate_free_compressor(p->z);
}
