// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Only headers are read; content is skipped. It is in as few spans as possible,
 * so that the kernel can read large parts at once.
 */
#include <stdlib.h>
#include <string.h>

#include "format/plain_tar.h"
#include "format/sums.h"
#include "format/tar_entries.h"
#include "tar/header.h"

/* Size of spans in bytes: at most 32 bits, and a multiple of the page size. */
#define PIECE		(1u << 30)
/* Bytes to read at once for digests. */
#define STEP		(256u << 10)
/*
 * An empty tar contains only zeroes, but so does an empty disk. These are the
 * sizes of empty tars: two blocks, or a record of 20 blocks.
 */
#define EMPTY_SHORT	(2 * SGZ_TAR_BLOCK)
#define EMPTY_RECORD	(20 * SGZ_TAR_BLOCK)

int sgz_plaintar_probe(const struct sgz_blob *blob,
		       const struct sgz_context *ctx)
{
	static const char zero[2 * SGZ_TAR_BLOCK];
	char head[2 * SGZ_TAR_BLOCK];
	size_t len = blob->size < sizeof(head) ? blob->size : sizeof(head);
	int ret;

	if (len < SGZ_TAR_BLOCK)
		return 0;
	ret = sgz_blob_read(blob, ctx, 0, head, len);
	if (ret)
		return ret;
	if (sgz_tar_is_header(head))
		return 1;
	return (blob->size == EMPTY_SHORT || blob->size == EMPTY_RECORD) &&
	       !memcmp(head, zero, sizeof(head));
}

static int add_spans(struct sgz_spans *spans, const struct sgz_context *ctx,
		     uint64_t end)
{
	for (uint64_t at = 0; at < end; at += PIECE) {
		struct sgz_span *s = sgz_vec_add(&spans->list, 1, sizeof(*s));

		if (!s)
			return sgz_nomem(ctx);
		s->out = at;
		s->start = at;
		s->ulen = end - at < PIECE ? end - at : PIECE;
		s->clen = s->ulen;
		s->codec = STARGZ_CODEC_STORED;
	}
	return 0;
}

/* Compute the digests of the bytes of a span. */
static int sum_span(struct sgz_sums *sums, struct sgz_blob *blob,
		    const struct sgz_span *s, uint8_t *buf)
{
	uint64_t pos = s->start, end = s->start + s->ulen;
	int ret = 0;

	while (!ret && pos < end) {
		size_t left = end - pos < STEP ? end - pos : STEP;
		ssize_t n = sgz_blob_some(blob, sums->ctx, pos, buf, left);

		if (n < 0)
			return n;
		ret = sgz_sums_add(sums, buf, n);
		pos += n;
		sgz_progress(sums->ctx, pos, blob->size);
	}
	return ret ? ret : sgz_sums_end(sums);
}

/* The headers were read, the content was not. */
static int sum_spans(struct sgz_spans *spans, const struct sgz_context *ctx,
		     struct sgz_blob *blob)
{
	struct sgz_span *s = spans->list.data;
	struct sgz_sums sums;
	uint8_t *buf;
	int ret;

	if (!spans->with_digests)
		return 0;
	ret = sgz_sums_open(&sums, ctx, spans, 0);
	if (ret)
		return ret;
	buf = malloc(STEP);
	if (!buf)
		ret = sgz_nomem(ctx);
	for (size_t i = 0; !ret && i < spans->list.count; i++) {
		sgz_sums_begin(&sums, &s[i]);
		ret = sum_span(&sums, blob, &s[i], buf);
	}
	free(buf);
	sgz_sums_close(&sums);
	return ret;
}

int sgz_plaintar_read(struct sgz_toc *toc, struct sgz_spans *spans,
		      const struct sgz_context *ctx, struct sgz_blob *blob)
{
	struct sgz_stream *s;
	uint64_t end = 0;
	int ret;

	s = malloc(sizeof(*s));
	if (!s)
		return sgz_nomem(ctx);
	toc->plain = true;
	ret = sgz_stream_open(s, ctx, blob, 0, blob->size, SGZ_PLAIN);
	if (!ret)
		ret = sgz_tar_walk(toc, ctx, s);
	sgz_stream_close(s);
	free(s);
	if (ret)
		return ret;
	for (size_t i = 0; i < toc->chunks.count; i++) {
		const struct sgz_chunk *chunk = sgz_toc_chunk(toc, i);

		if (chunk->inner + chunk->size > end)
			end = chunk->inner + chunk->size;
	}
	ret = add_spans(spans, ctx, end);
	return ret ? ret : sum_spans(spans, ctx, blob);
}
