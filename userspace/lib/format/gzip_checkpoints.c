// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * A gzip stream is decoded once. The starts of its blocks and members are
 * offered to the cutter, which makes the spans.
 */
#include <stdlib.h>
#include <string.h>

#include "blob/gzip_member.h"
#include "format/cutter.h"
#include "format/gzip_checkpoints.h"
#include "inflate.h"
#include "record.h"

/* Room for what the cutter needs, and for the bytes between two moves. */
#define OUT_SIZE	(SGZ_CUT_KEEP + (512u << 10))

enum state {
	AT_MEMBER,		/* a member may start here */
	IN_MEMBER,
	ENDED,
};

/*
 * @base: start of the history of the decoder in @out
 * @pos: end of the decoded bytes in @out
 * @marking: the decoder marks bytes that the candidate of the cutter needs
 * @offered: the decoder is at the header of a block that was offered
 * @whole: digest of all decoded bytes, or closed
 * @members: number of complete members
 * @deflate: start of the deflate data of the member in the blob
 * @garbage: start of other data after the last member in the blob, or 0
 */
struct sgz_gzscan {
	const struct sgz_context *ctx;
	bool one_member;
	enum state state;
	uint64_t members;
	uint64_t member_start;
	uint64_t deflate;
	uint64_t garbage;
	uint64_t member_len;
	uint32_t member_crc;
	struct sgz_sha256 whole;
	size_t base;
	size_t pos;
	bool marking;
	bool offered;
	struct sgz_gzinput in;
	struct stargz_inflate inflate;
	struct sgz_cutter cutter;
	uint8_t out[OUT_SIZE];
};

/* Number of bytes before the current position to which matches may refer. */
static size_t history_len(const struct sgz_gzscan *g)
{
	return g->member_len < SGZ_HISTORY_SIZE ? g->member_len :
						  SGZ_HISTORY_SIZE;
}

/* From here on, mark the bytes before this position that matches need. */
static void start_marking(struct sgz_gzscan *g)
{
	size_t len = history_len(g);

	g->marking = true;
	g->base = g->pos;
	stargz_inflate_dict(&g->inflate, g->out + g->pos - len, len);
	g->inflate.dict_used = g->cutter.marked->used + SGZ_HISTORY_SIZE - len;
}

/* Matches do not reach before the candidate any more. */
static void stop_marking(struct sgz_gzscan *g)
{
	if (!g->marking || g->cutter.marked)
		return;
	g->marking = false;
	g->base = g->pos - history_len(g);
	stargz_inflate_dict(&g->inflate, NULL, 0);
	g->inflate.dict_used = NULL;
}

/* The decoder is at the header of a block. */
static int offer_block(struct sgz_gzscan *g)
{
	uint64_t bits = stargz_inflate_bits(&g->inflate);
	const struct sgz_place place = {
		.end = g->deflate + (bits + 7) / 8,
		.start = g->deflate + bits / 8,
		.bit = bits % 8,
		.codec = STARGZ_CODEC_DEFLATE,
	};

	int ret = sgz_cutter_place(&g->cutter, &place, g->out + g->pos);

	if (ret)
		return ret;
	if (g->cutter.marked && g->cutter.marked->at == g->cutter.decoded)
		start_marking(g);
	else
		stop_marking(g);
	return 0;
}

/* The header of a member starts here. */
static int offer_member(struct sgz_gzscan *g)
{
	const struct sgz_place place = {
		.end = g->member_start,
		.start = g->member_start,
		.codec = STARGZ_CODEC_GZIP,
	};

	return sgz_cutter_place(&g->cutter, &place, g->out + g->pos);
}

/* After the last member, which ends at byte @end of the blob. */
static int end_members(struct sgz_gzscan *g, uint64_t end,
		       enum sgz_gzip_next next)
{
	int ret = sgz_cutter_end(&g->cutter, g->out + g->pos, end);

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
	ret = offer_member(g);
	if (!ret)
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
	sgz_cutter_settle(&g->cutter);
	stop_marking(g);
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

/* Make room for output, but keep what is needed. */
static void slide(struct sgz_gzscan *g)
{
	size_t keep = sgz_cutter_keep(&g->cutter);
	size_t by = g->pos > keep ? g->pos - keep : 0;

	memmove(g->out, g->out + by, g->pos - by);
	g->base = g->base > by ? g->base - by : 0;
	g->pos -= by;
	if (g->marking)
		stargz_inflate_dict(&g->inflate,
				    g->out + g->base - g->inflate.dict_len,
				    g->inflate.dict_len);
}

/* Account for @n new bytes in @out. */
static int account(struct sgz_gzscan *g, const uint8_t *bytes, size_t n)
{
	int ret = sgz_cutter_add(&g->cutter, bytes + n, n);

	if (ret)
		return ret;
	g->member_crc = libdeflate_crc32(g->member_crc, bytes, n);
	if (g->whole.md)
		sgz_sha256_add(&g->whole, bytes, n);
	g->member_len += n;
	stop_marking(g);
	if (sgz_cutter_certain(&g->cutter) > STARGZ_SPAN_MAX)
		return sgz_fail(g->ctx, -E2BIG,
				"gzip: a deflate block of more than 64 MiB, in the member at offset %llu",
				(unsigned long long)g->member_start);
	return 0;
}

/* Decode more bytes; sets @bytes to them and returns their number. */
static ssize_t decode(struct sgz_gzscan *g, const uint8_t **bytes)
{
	size_t room = sgz_cutter_next(&g->cutter), n, pos;
	enum stargz_inflate_status status;
	uint64_t at;
	int ret;

	if (room > sizeof(g->out) - g->pos)
		slide(g);
	pos = g->pos - g->base;
	*bytes = g->out + g->pos;
	at = g->deflate + stargz_inflate_bits(&g->inflate) / 8;
	/* A run after that for a block must get past the block. */
	g->inflate.pause = !g->offered && sgz_cutter_wants(&g->cutter, at);
	g->offered = false;
	status = stargz_inflate_run(&g->inflate, g->out + g->base, &pos,
				    pos + room);
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
		g->offered = true;
		ret = offer_block(g);
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
	sgz_gzinput_open(&g->in, ctx, blob, start, end);
	return sgz_cutter_open(&g->cutter, ctx, spans, span_size, start);
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
	sgz_cutter_close(&scan->cutter);
	if (scan->whole.md)
		sgz_sha256_close(&scan->whole);
	free(scan);
}
