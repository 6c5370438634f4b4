// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - gzip members (RFC 1952) and the stretches between checkpoints in
 * them (RFC 1951).
 *
 * A member of a layer with a table of contents holds the content of one or more
 * files, then tar padding and the headers of the next entries. Only the content
 * is wanted, but the CRC in the trailer covers the whole member. The rest is
 * therefore inflated into a sink, unless it is long.
 *
 * A span of an ordinary tar.gz starts at a member or at a block within a
 * member. It may contain ends and starts of members. The index has a CRC of its
 * decoded bytes, so decoding stops at its end.
 *
 * There are two inflaters. The decoder of inflate.c needs all compressed bytes
 * in one buffer and is several times as fast. The kernel's zlib accepts chunks
 * and works without memory for that buffer. Both produce the same bytes and
 * errors. Each call decodes one slice with a limit on its input and its output,
 * because blocks, headers and whole members may produce no output at all. All
 * state is in the stream, so there are no locks.
 */
#include <linux/bits.h>
#include <linux/crc32.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/zlib.h>

#include "internal.h"

/* RFC 1952 2.3.1 FLG */
#define GZIP_FHCRC	BIT(1)
#define GZIP_FEXTRA	BIT(2)
#define GZIP_FNAME	BIT(3)
#define GZIP_FCOMMENT	BIT(4)
#define GZIP_RESERVED	GENMASK(7, 5)

#define GZIP_METHOD_DEFLATE	8

/*
 * Maximum number of bytes after the wanted ones that are inflated only to reach
 * the CRC. A longer tail (thousands of headers of empty files) is not verified.
 */
#define STARGZ_GZIP_TAIL_MAX	SZ_1M

/*
 * Maximum size of a slice in compressed bytes. It bounds the time until the next
 * reschedule.
 */
#define STARGZ_GZIP_SLICE	SZ_64K

/* The sink consists of two halves of 32 KiB; each is the other's history. */
#define STARGZ_SINK_HALF	(STARGZ_SINK_SIZE / 2)

/**
 * struct stargz_gzip_out - output buffer of a member
 * @base: the buffer. Output before @pos is history, preceded by @dict
 * @pos: offset of the next byte in @base
 * @end: offset where to stop
 * @dict: history before @base
 * @dict_len: size of @dict
 */
struct stargz_gzip_out {
	u8 *base;
	size_t pos;
	size_t end;
	const u8 *dict;
	size_t dict_len;
};

/**
 * enum stargz_gzip_phase - the next part of a span
 * @GZIP_HEADER: fixed part of a member header
 * @GZIP_EXTRA: extra field, @skip bytes left
 * @GZIP_NAME: file name
 * @GZIP_COMMENT: comment
 * @GZIP_HCRC: header checksum
 * @GZIP_DATA: deflate data
 */
enum stargz_gzip_phase {
	GZIP_HEADER,
	GZIP_EXTRA,
	GZIP_NAME,
	GZIP_COMMENT,
	GZIP_HCRC,
	GZIP_DATA,
};

/**
 * struct stargz_gzip - decode state of a span, in strm->state
 * @out: current output buffer
 * @from: offset in @out where the current run started
 * @in_end: end of the input that inflate.c was given
 * @ulen: decoded size of the span
 * @stop: where to stop decoding: @ulen, or beyond it to reach a trailer
 * @total: number of decoded bytes, without the current run
 * @member: value of @total at the start of the member
 * @crc: CRC-32 of the member, unless stargz_decode.checked is set
 * @header_crc: CRC-32 of the header
 * @skip: remaining bytes of the extra field
 * @phase: next part, an enum stargz_gzip_phase
 * @flags: FLG of the header
 * @whole: the whole span is wanted, so it is decoded in place, not to the sink
 */
struct stargz_gzip {
	struct stargz_gzip_out out;
	size_t from;
	const u8 *in_end;
	u32 ulen;
	u32 stop;
	u32 total;
	u32 member;
	u32 crc;
	u32 header_crc;
	u32 skip;
	u8 phase;
	u8 flags;
	bool whole;
};

static_assert(sizeof(struct stargz_gzip) <= STARGZ_CODEC_STATE);

static struct stargz_gzip *stargz_gzip(const struct stargz_decode *d)
{
	return (struct stargz_gzip *)d->strm->state;
}

static int stargz_gzip_error(struct stargz_stream *strm, const char *why)
{
	strm->why = why;
	return -EFSCORRUPTED;
}

/* Consume a header byte and add it to *@crc. */
static int stargz_gzip_byte(struct stargz_input *in, u32 *crc)
{
	int c = stargz_input_byte(in);
	u8 byte = c;

	if (c >= 0)
		*crc = crc32_le(*crc, &byte, 1);
	return c;
}

/* Consume @n little-endian bytes, at most 4, into *@value. */
static int stargz_gzip_number(struct stargz_input *in, unsigned int n,
			      u32 *crc, u32 *value)
{
	unsigned int i;

	*value = 0;
	for (i = 0; i < n; i++) {
		int c = stargz_gzip_byte(in, crc);

		if (c < 0)
			return c;
		*value |= (u32)c << (8 * i);
	}
	return 0;
}

/*
 * Skip up to @n bytes that are in memory; with @string, stop after the first
 * NUL. Returns the number of skipped bytes, or an error at the end of the span.
 */
static ssize_t stargz_gzip_pass(struct stargz_input *in, size_t n, bool string,
				u32 *crc)
{
	const u8 *zero = NULL;
	int err;

	err = stargz_input_need(in, 1);
	if (err)
		return err;
	if (!in->avail)
		return -EFSCORRUPTED;
	n = min3(n, in->avail, (size_t)STARGZ_GZIP_SLICE);
	if (string)
		zero = memchr(in->next, '\0', n);
	if (zero)
		n = zero + 1 - in->next;
	*crc = stargz_crc(*crc, in->next, n);
	in->next += n;
	in->avail -= n;
	return n;
}

/* The ten fixed bytes of a header, and the length of an extra field. */
static int stargz_gzip_fixed(struct stargz_stream *strm,
			     struct stargz_input *in, struct stargz_gzip *g)
{
	u32 id, flags, ignored;
	int err;

	g->header_crc = ~0;
	err = stargz_gzip_number(in, 3, &g->header_crc, &id);
	if (!err && id != (0x8b1f | GZIP_METHOD_DEFLATE << 16))
		return stargz_gzip_error(strm, "not a gzip member");
	if (!err)
		err = stargz_gzip_number(in, 1, &g->header_crc, &flags);
	if (!err && flags & GZIP_RESERVED)
		return stargz_gzip_error(strm, "unknown gzip flags");
	/* MTIME, XFL and OS are irrelevant here. */
	if (!err)
		err = stargz_gzip_number(in, 4, &g->header_crc, &ignored);
	if (!err)
		err = stargz_gzip_number(in, 2, &g->header_crc, &ignored);
	if (!err)
		g->flags = flags;
	if (!err && flags & GZIP_FEXTRA)
		err = stargz_gzip_number(in, 2, &g->header_crc, &g->skip);
	return err;
}

/* Continue the extra field, the name or the comment; 1 at its end. */
static int stargz_gzip_field(struct stargz_input *in, struct stargz_gzip *g)
{
	ssize_t n;

	switch (g->phase) {
	case GZIP_EXTRA:
		if (!(g->flags & GZIP_FEXTRA) || !g->skip)
			return 1;
		n = stargz_gzip_pass(in, g->skip, false, &g->header_crc);
		if (n > 0)
			g->skip -= n;
		return min_t(ssize_t, n, 0);
	case GZIP_NAME:
		if (!(g->flags & GZIP_FNAME))
			return 1;
		break;
	default:
		if (!(g->flags & GZIP_FCOMMENT))
			return 1;
	}
	n = stargz_gzip_pass(in, STARGZ_GZIP_SLICE, true, &g->header_crc);
	return n < 0 ? n : !in->next[-1];
}

static int stargz_gzip_hcrc(struct stargz_stream *strm,
			    struct stargz_input *in, struct stargz_gzip *g)
{
	u32 ignored = 0, sum = ~g->header_crc & 0xffff, value;
	int err;

	if (!(g->flags & GZIP_FHCRC))
		return 0;
	err = stargz_gzip_number(in, 2, &ignored, &value);
	if (!err && value != sum)
		return stargz_gzip_error(strm, "gzip header checksum mismatch");
	return err;
}

/* Process a slice of a header; sets g->phase. */
static int stargz_gzip_header_run(struct stargz_stream *strm,
				  struct stargz_input *in,
				  struct stargz_gzip *g)
{
	int ret;

	if (g->phase == GZIP_HEADER)
		ret = stargz_gzip_fixed(strm, in, g) ?: 1;
	else if (g->phase == GZIP_HCRC)
		ret = stargz_gzip_hcrc(strm, in, g) ?: 1;
	else
		ret = stargz_gzip_field(in, g);
	if (ret > 0)
		g->phase++;
	if (ret == -EFSCORRUPTED && !strm->why)
		strm->why = "truncated gzip header";
	return min(ret, 0);
}

static int stargz_zlib_start(struct stargz_stream *strm)
{
	strm->z.workspace = strm->workspace;
	if (zlib_inflateInit2(&strm->z, -MAX_WBITS) != Z_OK)
		return stargz_gzip_error(strm, "zlib does not start");
	return 0;
}

/*
 * Start inflate.c at bit @bit of the input. It gets one slice of the input, so
 * that a run ends there whatever the data is.
 */
static void stargz_gzip_start_own(struct stargz_stream *strm,
				  const struct stargz_input *in,
				  unsigned int bit)
{
	struct stargz_gzip *g = (struct stargz_gzip *)strm->state;
	size_t n = min_t(size_t, in->avail, STARGZ_GZIP_SLICE);

	g->in_end = in->next + n;
	stargz_inflate_start(strm->own, in->next, n, bit);
	strm->own->more = n < in->avail;
}

/* Give inflate.c the next slice. */
static void stargz_gzip_feed(struct stargz_stream *strm,
			     const struct stargz_input *in)
{
	struct stargz_gzip *g = (struct stargz_gzip *)strm->state;
	size_t left = in->avail - (g->in_end - in->next);
	size_t n = min_t(size_t, left, STARGZ_GZIP_SLICE);
	size_t unread = stargz_inflate_unread(strm->own);

	stargz_inflate_feed(strm->own, g->in_end - unread, unread + n,
			    n < left);
	g->in_end += n;
}

/* Start at the deflate data of a member. */
static int stargz_gzip_start(struct stargz_stream *strm,
			     const struct stargz_input *in)
{
	if (strm->decoder == STARGZ_DECODER_ZLIB)
		return stargz_zlib_start(strm);
	stargz_gzip_start_own(strm, in, 0);
	return 0;
}

/*
 * Make zlib skip the first @bit bits of @byte; the kernel's zlib has no call
 * for that. Feed it a block with fixed codes first, with as many literals as it
 * takes to end at that bit of a byte: 3 bits of header, 9 bits for each literal
 * and 7 bits for the end. The literals are discarded; the history follows.
 */
static int stargz_zlib_prime(struct stargz_stream *strm, unsigned int bit,
			     u8 byte)
{
	unsigned int literals = (bit + 6) % 8, bits = 10 + 9 * literals, i;
	struct z_stream_s *z = &strm->z;
	u8 block[10] = { 0x02 }, scratch[8];

	for (i = 3; i < 3 + 9 * literals; i++)
		block[i / 8] |= 1 << i % 8;
	block[bits / 8] |= byte & ~((1 << bit) - 1);
	z->next_in = block;
	z->avail_in = bits / 8 + 1;
	z->next_out = scratch;
	z->avail_out = sizeof(scratch);
	if (zlib_inflate(z, Z_BLOCK) != Z_OK || z->avail_in)
		return stargz_gzip_error(strm, "zlib does not resume");
	return 0;
}

/* Start at bit @bit of the input, with the history in @out. */
static int stargz_deflate_start(struct stargz_stream *strm,
				struct stargz_input *in, unsigned int bit,
				const struct stargz_gzip_out *out)
{
	int err;

	if (strm->decoder == STARGZ_DECODER_OWN) {
		if (!in->avail)
			return stargz_gzip_error(strm, "no deflate data");
		stargz_gzip_start_own(strm, in, bit);
		return 0;
	}
	err = stargz_zlib_start(strm);
	if (!err && bit) {
		int byte = stargz_input_byte(in);

		err = byte < 0 ? byte : stargz_zlib_prime(strm, bit, byte);
	}
	if (err || !out->dict_len)
		return err;
	strm->z.next_in = out->dict;
	strm->z.avail_in = out->dict_len;
	if (zlib_inflateIncomp(&strm->z) != Z_OK)
		return stargz_gzip_error(strm, "zlib takes no history");
	return 0;
}

/* Inflate up to out->end with inflate.c; 1 at the end of the deflate data. */
static int stargz_gzip_own(struct stargz_stream *strm, struct stargz_input *in,
			   struct stargz_gzip_out *out)
{
	size_t used;

	/* After stargz_gzip_pair() the output may be full already. */
	if (out->pos == out->end)
		return 0;
	switch (stargz_inflate_run(strm->own, out->base, &out->pos, out->end)) {
	case STARGZ_INFLATE_FULL:
		return 0;
	case STARGZ_INFLATE_HUNGRY:
		stargz_gzip_feed(strm, in);
		return 0;
	case STARGZ_INFLATE_END:
		used = stargz_inflate_consumed(strm->own);
		in->next += used;
		in->avail -= used;
		return 1;
	case STARGZ_INFLATE_TRUNCATED:
		return stargz_gzip_error(strm, "truncated gzip member");
	default:
		return stargz_gzip_error(strm, stargz_inflate_why(strm->own));
	}
}

/* As stargz_gzip_own(), with the kernel's zlib, which keeps its own history. */
static int stargz_gzip_zlib(struct stargz_stream *strm,
			    struct stargz_input *in,
			    struct stargz_gzip_out *out)
{
	struct z_stream_s *z = &strm->z;
	size_t given, room = out->end - out->pos;
	int ret;

	if (!room)
		return 0;
	ret = stargz_input_need(in, 1);
	if (ret)
		return ret;
	if (!in->avail)
		return stargz_gzip_error(strm, "truncated gzip member");
	given = min_t(size_t, in->avail, STARGZ_GZIP_SLICE);
	z->next_in = in->next;
	z->avail_in = given;
	z->next_out = out->base + out->pos;
	z->avail_out = room;
	ret = zlib_inflate(z, Z_SYNC_FLUSH);
	in->next += given - z->avail_in;
	in->avail -= given - z->avail_in;
	out->pos = out->end - z->avail_out;
	if (ret == Z_STREAM_END)
		return 1;
	/* zlib returns Z_BUF_ERROR if it made no progress. */
	if (ret != Z_OK && (ret != Z_BUF_ERROR || z->avail_in == given))
		return stargz_gzip_error(strm, "damaged deflate data");
	return 0;
}

/* Switch to the sink, or to its other half if the current one is full. */
static void stargz_gzip_turn(struct stargz_stream *strm,
			     struct stargz_gzip_out *out)
{
	u8 *const low = strm->sink, *const high = low + STARGZ_SINK_HALF;
	bool inside = out->base == low || out->base == high;

	if (inside && out->pos < STARGZ_SINK_HALF)
		return;
	out->dict_len = min_t(size_t, out->pos, STARGZ_SINK_HALF);
	out->dict = out->base + out->pos - out->dict_len;
	out->base = out->base == low ? high : low;
	out->pos = 0;
}

/* Copy the part of the @n bytes at position @pos that @want covers. */
static void stargz_gzip_copy(const struct stargz_want *want, u32 pos,
			     const u8 *from, u32 n)
{
	u32 start = max(pos, want->from), end = min(pos + n, want->to);

	if (start < end)
		memcpy(want->out + (start - want->from), from + (start - pos),
		       end - start);
}

/* Read the CRC and the size of a member from its trailer. */
static int stargz_gzip_trailer_read(struct stargz_stream *strm,
				    struct stargz_input *in, u32 *crc,
				    u32 *size)
{
	u32 ignored = 0;
	int err;

	err = stargz_gzip_number(in, 4, &ignored, crc);
	if (!err)
		err = stargz_gzip_number(in, 4, &ignored, size);
	if (err == -EFSCORRUPTED)
		strm->why = "truncated gzip trailer";
	return err;
}

static int stargz_gzip_trailer(struct stargz_stream *strm,
			       struct stargz_input *in, u32 crc, u32 total)
{
	u32 want_crc, want_size;
	int err;

	err = stargz_gzip_trailer_read(strm, in, &want_crc, &want_size);
	if (err)
		return err;
	if (want_crc != ~crc)
		return stargz_gzip_error(strm, "gzip checksum mismatch");
	if (want_size != total)
		return stargz_gzip_error(strm, "gzip size mismatch");
	return 0;
}

/* Prepare for the next member, which has no history. */
static void stargz_gzip_next(struct stargz_stream *strm, struct stargz_gzip *g)
{
	struct stargz_gzip_out *out = &g->out;

	if (out->base == strm->sink ||
	    out->base == strm->sink + STARGZ_SINK_HALF)
		out->base = strm->sink;
	else
		out->base += out->pos;
	out->pos = 0;
	out->dict_len = 0;
	g->phase = GZIP_HEADER;
}

/* Set up the next run; 1 if the span is complete. */
static int stargz_gzip_more(struct stargz_decode *d)
{
	struct stargz_gzip *g = stargz_gzip(d);
	struct stargz_gzip_out *out = &g->out;
	/*
	 * A slice ends at the end of a piece, where decoded bytes become
	 * deliverable. It stays in the cache of the CPU until its CRC is computed.
	 */
	size_t room = STARGZ_PIECE_SIZE - g->total % STARGZ_PIECE_SIZE;

	if (g->total == g->stop) {
		/* Complete and verified, or the tail is too long. */
		if (d->checked || g->stop > g->ulen)
			return 1;
		g->stop = g->ulen + STARGZ_GZIP_TAIL_MAX;
		g->whole = false;
	}
	if (!g->whole) {
		stargz_gzip_turn(d->strm, out);
		room = STARGZ_SINK_HALF - out->pos;
	}
	g->from = out->pos;
	out->end = out->pos + min_t(size_t, room, g->stop - g->total);
	if (d->strm->decoder == STARGZ_DECODER_OWN)
		stargz_inflate_dict(d->strm->own, out->dict, out->dict_len);
	return 0;
}

/* The deflate data of a member ended; 1 if the span is complete. */
static int stargz_gzip_member_end(struct stargz_decode *d)
{
	struct stargz_gzip *g = stargz_gzip(d);
	bool last = g->total >= g->ulen;
	u32 crc, size;
	int err = 0;

	if (!d->checked)
		err = stargz_gzip_trailer(d->strm, &d->in, g->crc,
					  g->total - g->member);
	else if (!last)
		/* The trailer covers more than this part of the member. */
		err = stargz_gzip_trailer_read(d->strm, &d->in, &crc, &size);
	if (err || last)
		return err ? err : 1;
	g->member = g->total;
	g->crc = ~0;
	stargz_gzip_next(d->strm, g);
	return 0;
}

/* Continue the header of a member; start its data after the header. */
static int stargz_gzip_run_header(struct stargz_decode *d)
{
	struct stargz_gzip *g = stargz_gzip(d);
	int err = stargz_gzip_header_run(d->strm, &d->in, g);

	if (err || g->phase != GZIP_DATA)
		return err;
	err = stargz_gzip_start(d->strm, &d->in);
	return err ? err : stargz_gzip_more(d);
}

/* Verify @n bytes against the index, or add them to the CRC of the member. */
static int stargz_gzip_sum(struct stargz_decode *d, const u8 *bytes, size_t n)
{
	struct stargz_gzip *g = stargz_gzip(d);

	if (d->checked)
		return stargz_check_add(d, bytes, n);
	g->crc = stargz_crc(g->crc, bytes, n);
	return 0;
}

/* Continue the deflate data of a member. */
static int stargz_gzip_run(struct stargz_decode *d)
{
	struct stargz_gzip *g = stargz_gzip(d);
	struct stargz_gzip_out *out = &g->out;
	const u8 *bytes;
	int ret, err;
	size_t n;

	if (g->phase != GZIP_DATA)
		return stargz_gzip_run_header(d);
	if (d->strm->decoder == STARGZ_DECODER_OWN)
		ret = stargz_gzip_own(d->strm, &d->in, out);
	else
		ret = stargz_gzip_zlib(d->strm, &d->in, out);
	if (ret < 0)
		return ret;
	bytes = out->base + g->from;
	n = out->pos - g->from;
	err = stargz_gzip_sum(d, bytes, n);
	if (err)
		return err;
	if (!g->whole)
		stargz_gzip_copy(&d->want, g->total, bytes, n);
	g->total += n;
	return ret ? stargz_gzip_member_end(d) : stargz_gzip_more(d);
}

static void stargz_gzip_setup(struct stargz_decode *d)
{
	struct stargz_gzip *g = stargz_gzip(d);
	u32 ulen = le32_to_cpu(d->raw->ulen);
	bool whole = !d->want.from && d->want.to == ulen;

	*g = (struct stargz_gzip) {
		.out.base = whole ? d->want.out : d->strm->sink,
		.ulen = ulen,
		.stop = ulen,
		.crc = ~0,
		.whole = whole,
	};
}

/* Begin at the header of a member. */
static int stargz_gzip_begin(struct stargz_decode *d)
{
	stargz_gzip_setup(d);
	return 0;
}

/* Begin within a member, with the history in the stream. */
static int stargz_deflate_begin(struct stargz_decode *d)
{
	struct stargz_gzip *g = stargz_gzip(d);
	int err;

	stargz_gzip_setup(d);
	g->phase = GZIP_DATA;
	g->out.dict = d->strm->history;
	g->out.dict_len = d->strm->history_len;
	err = stargz_deflate_start(d->strm, &d->in,
				   d->raw->flags & STARGZ_SPAN_BIT_MASK,
				   &g->out);
	return err ? err : stargz_gzip_more(d);
}

static int stargz_deflate_prepare(struct super_block *sb,
				  struct stargz_decode *d)
{
	return stargz_history_load(sb, d->span, d->strm);
}

/*
 * Continue two spans in inflate.c. This does a part of the work of
 * stargz_gzip_run() for both; the caller must call that for the returned one.
 */
static struct stargz_decode *stargz_gzip_pair(struct stargz_decode *a,
					      struct stargz_decode *b)
{
	struct stargz_gzip *ga = stargz_gzip(a), *gb = stargz_gzip(b);
	struct stargz_inflate_part part[2] = {
		{ .s = a->strm->own, .base = ga->out.base, .pos = ga->out.pos,
		  .end = ga->out.end },
		{ .s = b->strm->own, .base = gb->out.base, .pos = gb->out.pos,
		  .end = gb->out.end },
	};
	bool first;

	if (ga->phase != GZIP_DATA)
		return a;
	if (gb->phase != GZIP_DATA)
		return b;
	first = stargz_inflate_two(&part[0], &part[1]) == &part[0];
	ga->out.pos = part[0].pos;
	gb->out.pos = part[1].pos;
	return first ? a : b;
}

/* The state is in the stream: there is nothing to release. */
static int stargz_gzip_end(struct stargz_decode *d, int ret)
{
	return ret;
}

/*
 * Members, starting at the header of the first. The last member may hold more
 * bytes than the span. Unless stargz_decode.checked is set, the CRC and the size
 * of every member are verified, except those of the last one if more than
 * %STARGZ_GZIP_TAIL_MAX bytes follow the span in it.
 */
const struct stargz_codec_ops stargz_codec_gzip = {
	.name	= "gzip",
	.begin	= stargz_gzip_begin,
	.run	= stargz_gzip_run,
	.pair	= stargz_gzip_pair,
	.end	= stargz_gzip_end,
};

/* As above, but starting within a member; always with stargz_decode.checked. */
const struct stargz_codec_ops stargz_codec_deflate = {
	.name	 = "deflate",
	.prepare = stargz_deflate_prepare,
	.begin	 = stargz_deflate_begin,
	.run	 = stargz_gzip_run,
	.pair	 = stargz_gzip_pair,
	.end	 = stargz_gzip_end,
};

#if IS_ENABLED(CONFIG_STARGZ_FS_KUNIT_TEST)
/**
 * stargz_gzip_header() - consume the header of a gzip member
 * @strm: receives the reason for an error; its state is overwritten
 * @in: positioned at the member; moves to its deflate data
 *
 * Return: 0, -EFSCORRUPTED, or another error of the read.
 */
int stargz_gzip_header(struct stargz_stream *strm, struct stargz_input *in)
{
	struct stargz_gzip *g = (struct stargz_gzip *)strm->state;
	int err = 0;

	memset(g, 0, sizeof(*g));
	while (!err && g->phase != GZIP_DATA)
		err = stargz_gzip_header_run(strm, in, g);
	return err;
}
#endif
