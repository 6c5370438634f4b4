// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
#include <libdeflate.h>

#include "format/sums.h"

static_assert(STARGZ_DIGEST_SIZE % STARGZ_PIECE_SIZE == 0,
	      "a digest covers whole pieces");

int sgz_sums_open(struct sgz_sums *sums, const struct sgz_context *ctx,
		  struct sgz_spans *spans, uint8_t flags)
{
	*sums = (struct sgz_sums){ .ctx = ctx, .spans = spans, .flags = flags };
	if (!spans->with_digests)
		return 0;
	sums->flags |= SGZ_SPAN_DIGESTED;
	return sgz_sha256_open(&sums->sha, ctx);
}

void sgz_sums_begin(struct sgz_sums *sums, struct sgz_span *span)
{
	span->piece = sums->spans->pieces.count;
	span->digest = sums->spans->digests.count;
	span->flags |= sums->flags;
	sums->len = 0;
}

static int end_piece(struct sgz_sums *sums)
{
	uint32_t *to;

	if (!(sums->flags & SGZ_SPAN_CHECKED))
		return 0;
	to = sgz_vec_add(&sums->spans->pieces, 1, sizeof(*to));
	if (!to)
		return sgz_nomem(sums->ctx);
	*to = sums->crc;
	sums->crc = 0;
	return 0;
}

static int end_digest(struct sgz_sums *sums)
{
	void *to;

	if (!(sums->flags & SGZ_SPAN_DIGESTED))
		return 0;
	to = sgz_vec_add(&sums->spans->digests, 1, STARGZ_HASH_SIZE);
	if (!to)
		return sgz_nomem(sums->ctx);
	sgz_sha256_get(&sums->sha, to);
	return 0;
}

int sgz_sums_add(struct sgz_sums *sums, const void *bytes, size_t len)
{
	const uint8_t *from = bytes;
	int ret = 0;

	while (len && !ret) {
		size_t n = STARGZ_PIECE_SIZE - sums->len % STARGZ_PIECE_SIZE;

		n = n < len ? n : len;
		if (sums->flags & SGZ_SPAN_CHECKED)
			sums->crc = libdeflate_crc32(sums->crc, from, n);
		if (sums->flags & SGZ_SPAN_DIGESTED)
			sgz_sha256_add(&sums->sha, from, n);
		from += n;
		len -= n;
		sums->len += n;
		if (sums->len % STARGZ_PIECE_SIZE == 0)
			ret = end_piece(sums);
		if (!ret && sums->len % STARGZ_DIGEST_SIZE == 0)
			ret = end_digest(sums);
	}
	return ret;
}

int sgz_sums_end(struct sgz_sums *sums)
{
	int ret = 0;

	if (sums->len % STARGZ_PIECE_SIZE)
		ret = end_piece(sums);
	if (!ret && sums->len % STARGZ_DIGEST_SIZE)
		ret = end_digest(sums);
	return ret;
}

void sgz_sums_close(struct sgz_sums *sums)
{
	if (sums->sha.md)
		sgz_sha256_close(&sums->sha);
}
