// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * A gzip stream is decoded once. A span ends at the first start of a block or
 * member after it has reached its size, so small members share a span. The next
 * span is deflate data with its history, or gzip.
 */
#include <stdlib.h>
#include <string.h>

#include "blob/gzip_member.h"
#include "format/checkpoint_window.h"
#include "format/gzip_checkpoints.h"
#include "format/sums.h"
#include "inflate.h"
#include "record.h"

#define OUT_SIZE	(256u << 10)

enum state {
	AT_MEMBER,		/* a member may start here */
	IN_MEMBER,
	ENDED,
};

/*
 * @base: start of the history of the decoder in @out
 * @pos: end of the decoded bytes in @out
 * @decoded: number of decoded bytes of the unit
 * @whole: digest of these bytes, or closed
 * @members: number of complete members
 * @deflate: start of the deflate data of the member in the blob
 * @garbage: start of other data after the last member in the blob, or 0
 */
struct sgz_gzscan {
	const struct sgz_context *ctx;
	struct sgz_spans *spans;
	uint32_t span_size;
	bool one_member;
	enum state state;
	uint64_t members;
	uint64_t decoded;
	uint64_t member_start;
	uint64_t deflate;
	uint64_t garbage;
	uint64_t member_len;
	uint32_t member_crc;
	struct sgz_sha256 whole;
	struct sgz_sums sums;
	struct sgz_span span;
	uint64_t span_len;
	bool in_span;
	size_t base;
	size_t pos;
	struct sgz_gzinput in;
	struct stargz_inflate inflate;
	struct sgz_history history;
	uint8_t out[SGZ_HISTORY_SIZE + OUT_SIZE];
};

static void begin_span(struct sgz_gzscan *g, uint64_t start,
		       enum stargz_codec codec, unsigned int bit)
{
	g->span = (struct sgz_span){
		.unit = g->span.unit,
		.out = g->decoded,
		.start = start,
		.codec = codec,
		.bit = bit,
	};
	sgz_sums_begin(&g->sums, &g->span);
	g->span_len = 0;
	g->in_span = true;
}

/* Number of bytes before the current position to which matches may refer. */
static size_t history_len(const struct sgz_gzscan *g)
{
	return g->member_len < SGZ_HISTORY_SIZE ? g->member_len :
						  SGZ_HISTORY_SIZE;
}

static int end_history(struct sgz_gzscan *g)
{
	if (!g->history.left)
		return 0;
	g->base = g->pos - history_len(g);
	stargz_inflate_dict(&g->inflate, NULL, 0);
	g->inflate.dict_used = NULL;
	return sgz_history_end(&g->history, g->ctx, g->spans, &g->span);
}

/*
 * The compressed bytes before @end decode to nothing. They become part of the
 * last span, if they fit; readers do not need them.
 */
static void extend_span(struct sgz_gzscan *g, uint64_t end)
{
	struct sgz_vec *list = &g->spans->list;
	struct sgz_span *last = list->data;

	if (!list->count)
		return;
	last += list->count - 1;
	if (last->unit == g->span.unit &&
	    end - last->start <= stargz_span_clen_max(last->ulen))
		last->clen = end - last->start;
}

/* End the span before byte @end of the blob. */
static int end_span(struct sgz_gzscan *g, uint64_t end)
{
	uint64_t clen = end - g->span.start;
	struct sgz_span *to;
	int ret;

	if (!g->in_span)
		return 0;
	g->in_span = false;
	if (!g->span_len) {
		extend_span(g, end);
		return 0;
	}
	ret = sgz_sums_end(&g->sums);
	if (!ret)
		ret = sgz_spans_clen(g->ctx, "gzip", g->span.start, clen,
				     g->span_len);
	if (ret)
		return ret;
	to = sgz_vec_add(&g->spans->list, 1, sizeof(*to));
	if (!to)
		return sgz_nomem(g->ctx);
	*to = g->span;
	to->clen = clen;
	to->ulen = g->span_len;
	return 0;
}

/*
 * Should the span end at byte @pos, where a member or block starts? It should
 * if it has reached its size, or if tiny or empty members and blocks have used
 * up half of the slack for its compressed size.
 */
static bool span_full(const struct sgz_gzscan *g, uint64_t pos)
{
	return g->span_len >= g->span_size ||
	       pos - g->span.start + STARGZ_SPAN_SLACK / 2 >
	       stargz_span_clen_max(g->span_len);
}

/* Start a new span at the header of a block. */
static int checkpoint(struct sgz_gzscan *g)
{
	uint64_t bits = stargz_inflate_bits(&g->inflate);
	size_t len = history_len(g);
	int ret;

	ret = end_span(g, g->deflate + (bits + 7) / 8);
	if (ret)
		return ret;
	begin_span(g, g->deflate + bits / 8, STARGZ_CODEC_DEFLATE, bits % 8);
	if (!len)
		return 0;
	sgz_history_begin(&g->history, g->out + g->pos, len);
	g->base = g->pos;
	stargz_inflate_dict(&g->inflate, g->history.bytes, len);
	g->inflate.dict_used = g->history.used;
	return 0;
}

/* After the last member, which ends at byte @end of the blob. */
static int end_members(struct sgz_gzscan *g, uint64_t end,
		       enum sgz_gzip_next next)
{
	int ret = end_span(g, end);

	g->state = ENDED;
	if (next == SGZ_GZIP_GARBAGE)
		g->garbage = end;
	/* The size of a blob from a pipe is known only at its end. */
	return ret || !g->in.blob->pipe ? ret : sgz_gzinput_drain(&g->in);
}

static int begin_member(struct sgz_gzscan *g)
{
	struct sgz_gzinput *in = &g->in;
	int ret;

	g->member_start = sgz_gzinput_pos(in);
	if (g->in_span && span_full(g, g->member_start)) {
		ret = end_span(g, g->member_start);
		if (ret)
			return ret;
	}
	if (!g->in_span)
		begin_span(g, g->member_start, STARGZ_CODEC_GZIP, 0);
	ret = sgz_gzip_header(in);
	if (!ret)
		ret = sgz_gzinput_fill(in);
	if (ret)
		return ret;
	g->deflate = sgz_gzinput_pos(in);
	g->member_len = 0;
	g->member_crc = 0;
	g->base = g->pos;
	stargz_inflate_start(&g->inflate, in->buf + in->at, in->len - in->at,
			     0);
	g->inflate.more = !in->eof;
	g->state = IN_MEMBER;
	return 0;
}

static int next_member(struct sgz_gzscan *g)
{
	uint64_t end = sgz_gzinput_pos(&g->in);
	enum sgz_gzip_next next = SGZ_GZIP_MEMBER;
	int ret = 0;

	if (g->members && g->one_member)
		next = SGZ_GZIP_ZEROES;
	else if (g->members)
		ret = sgz_gzip_peek(&g->in, &next);
	if (ret)
		return ret;
	return next == SGZ_GZIP_MEMBER ? begin_member(g) :
					 end_members(g, end, next);
}

static int member_failed(const struct sgz_gzscan *g, const char *why)
{
	return sgz_fail(g->ctx, -EUCLEAN, "gzip member at offset %llu: %s",
			(unsigned long long)g->member_start, why);
}

static int end_member(struct sgz_gzscan *g)
{
	uint32_t crc, size;
	int ret;

	g->in.at = g->in.len - stargz_inflate_unread(&g->inflate);
	ret = end_history(g);
	if (!ret)
		ret = sgz_gzip_trailer(&g->in, &crc, &size);
	if (ret)
		return ret;
	if (crc != g->member_crc)
		return member_failed(g, "incorrect data check");
	if (size != (uint32_t)g->member_len)
		return member_failed(g, "incorrect length check");
	g->members++;
	g->state = AT_MEMBER;
	return 0;
}

static int feed(struct sgz_gzscan *g)
{
	struct sgz_gzinput *in = &g->in;
	int ret;

	in->at = in->len - stargz_inflate_unread(&g->inflate);
	ret = sgz_gzinput_fill(in);
	if (ret)
		return ret;
	stargz_inflate_feed(&g->inflate, in->buf + in->at, in->len - in->at,
			    !in->eof);
	return 0;
}

/* Make room for output, but keep the history. */
static void slide(struct sgz_gzscan *g)
{
	size_t by = g->pos - SGZ_HISTORY_SIZE;

	memmove(g->out, g->out + by, SGZ_HISTORY_SIZE);
	g->base = g->base > by ? g->base - by : 0;
	g->pos = SGZ_HISTORY_SIZE;
}

/* Position in @out up to which the decoder may run without interruption. */
static size_t stop_at(const struct sgz_gzscan *g)
{
	size_t room = sizeof(g->out) - g->pos;

	if (g->history.left && room > g->history.left)
		room = g->history.left;
	if (g->span_len < g->span_size && room > g->span_size - g->span_len)
		room = g->span_size - g->span_len;
	return g->pos + room;
}

/* Account for @n new bytes in @out. */
static int account(struct sgz_gzscan *g, const uint8_t *bytes, size_t n)
{
	int ret = sgz_sums_add(&g->sums, bytes, n);

	if (ret)
		return ret;
	g->member_crc = libdeflate_crc32(g->member_crc, bytes, n);
	if (g->whole.md)
		sgz_sha256_add(&g->whole, bytes, n);
	g->member_len += n;
	g->span_len += n;
	g->decoded += n;
	if (g->span_len > STARGZ_SPAN_MAX)
		return sgz_fail(g->ctx, -E2BIG,
				"gzip: a deflate block of more than 64 MiB, in the member at offset %llu",
				(unsigned long long)g->member_start);
	if (n < g->history.left) {
		g->history.left -= n;
		return 0;
	}
	return end_history(g);
}

/* Decode more bytes; sets @bytes to them and returns their number. */
static ssize_t decode(struct sgz_gzscan *g, const uint8_t **bytes)
{
	enum stargz_inflate_status status;
	size_t n, pos;
	uint64_t at;
	int ret;

	if (g->pos == sizeof(g->out))
		slide(g);
	pos = g->pos - g->base;
	*bytes = g->out + g->pos;
	at = g->deflate + stargz_inflate_bits(&g->inflate) / 8;
	g->inflate.pause = span_full(g, at);
	status = stargz_inflate_run(&g->inflate, g->out + g->base, &pos,
				    stop_at(g) - g->base);
	n = g->base + pos - g->pos;
	g->pos += n;
	ret = account(g, *bytes, n);
	if (ret)
		return ret;
	switch (status) {
	case STARGZ_INFLATE_FULL:
		return n;
	case STARGZ_INFLATE_HUNGRY:
		ret = feed(g);
		break;
	case STARGZ_INFLATE_BLOCK:
		ret = checkpoint(g);
		break;
	case STARGZ_INFLATE_END:
		ret = end_member(g);
		break;
	case STARGZ_INFLATE_TRUNCATED:
		ret = member_failed(g, "cut off");
		break;
	case STARGZ_INFLATE_BAD:
		ret = member_failed(g, stargz_inflate_why(&g->inflate));
		break;
	}
	return ret ? ret : (ssize_t)n;
}

/* The next decoded bytes; returns their number, 0 at the end, or an errno. */
static ssize_t next_piece(struct sgz_gzscan *g, const uint8_t **bytes)
{
	while (g->state != ENDED) {
		ssize_t ret;

		if (g->state == AT_MEMBER)
			ret = next_member(g);
		else
			ret = decode(g, bytes);
		if (ret)
			return ret;
	}
	return 0;
}

static ssize_t pull(struct sgz_stream *stream, const uint8_t **bytes)
{
	struct sgz_gzscan *g = stream->source;
	ssize_t n = next_piece(g, bytes);

	stream->pos = g->in.next;
	return n;
}

static int open_scan(struct sgz_gzscan **scan, struct sgz_spans *spans,
		     const struct sgz_context *ctx, uint32_t span_size,
		     struct sgz_blob *blob, uint64_t start, uint64_t end)
{
	struct sgz_gzscan *g = calloc(1, sizeof(*g));

	*scan = g;
	if (!g)
		return sgz_nomem(ctx);
	g->ctx = ctx;
	g->spans = spans;
	g->span_size = span_size;
	g->span.unit = start;
	sgz_gzinput_open(&g->in, ctx, blob, start, end);
	return sgz_sums_open(&g->sums, ctx, spans, SGZ_SPAN_CHECKED);
}

int sgz_gzscan_stream(struct sgz_gzscan **scan, struct sgz_stream *stream,
		      struct sgz_spans *spans, const struct sgz_context *ctx,
		      uint32_t span_size, struct sgz_blob *blob, bool whole)
{
	int ret = open_scan(scan, spans, ctx, span_size, blob, 0, blob->size);

	if (!ret && whole)
		ret = sgz_sha256_open(&(*scan)->whole, ctx);
	if (!ret)
		sgz_stream_from(stream, ctx, blob, pull, *scan);
	return ret;
}

static ssize_t read_member(struct sgz_gzscan *g)
{
	const uint8_t *bytes;
	ssize_t n;

	g->one_member = true;
	do {
		n = next_piece(g, &bytes);
		sgz_progress(g->ctx, g->in.next, g->in.blob->size);
	} while (n > 0);
	return n;
}

int sgz_gzscan_member(struct sgz_spans *spans, const struct sgz_context *ctx,
		      uint32_t span_size, struct sgz_blob *blob, uint64_t start,
		      uint64_t end)
{
	struct sgz_gzscan *g;
	int ret = open_scan(&g, spans, ctx, span_size, blob, start, end);

	if (!ret)
		ret = read_member(g);
	sgz_gzscan_close(g);
	return ret;
}

void sgz_gzscan_end(struct sgz_gzscan *scan, struct sgz_toc *toc)
{
	toc->has_diffid = scan->whole.md;
	if (toc->has_diffid)
		sgz_sha256_get(&scan->whole, toc->diffid);
	if (scan->garbage)
		sgz_warn(scan->ctx, "garbage after the gzip data, from offset %llu on, is ignored",
			 (unsigned long long)scan->garbage);
}

void sgz_gzscan_close(struct sgz_gzscan *scan)
{
	if (!scan)
		return;
	sgz_history_free(&scan->history);
	sgz_sums_close(&scan->sums);
	if (scan->whole.md)
		sgz_sha256_close(&scan->whole);
	free(scan);
}
