// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - gzip members (RFC 1952) and the stretches between checkpoints in
 * them (RFC 1951).
 *
 * A member of a layer with a table of contents holds the content of one or
 * more files and then tar padding and the headers of what follows. Only the
 * content is wanted, but the CRC in the trailer covers everything, so the rest
 * is inflated into a sink as long as it is short.
 *
 * A stretch of an ordinary tar.gz starts somewhere, at a member or at a block
 * within one, and ends somewhere; members may end and begin on the way. What
 * it decodes to has a CRC in the index, so nobody looks beyond its end.
 *
 * There are two inflaters. Our own needs all compressed bytes in one run of
 * memory and is several times as fast; the kernel's zlib takes them piece by
 * piece, and so goes on when there is no memory for the run. Which one it is
 * makes no difference to anybody else. No state but the stream's, no locks.
 */
#include <linux/bits.h>
#include <linux/crc32.h>
#include <linux/sched.h>
#include <linux/sizes.h>
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
 * Most bytes after the wanted ones that are inflated just to reach the CRC.
 * A longer tail (thousands of headers of empty files) goes unchecked.
 */
#define STARGZ_GZIP_TAIL_MAX	SZ_1M

/*
 * So many bytes are inflated at a time: their CRC is computed while they are
 * in the CPU's cache, and others get the CPU in between.
 */
#define STARGZ_GZIP_SLICE	SZ_64K

/* The sink is used in halves of 32 KiB, each the history of the other. */
#define STARGZ_SINK_HALF	(STARGZ_SINK_SIZE / 2)

static int stargz_gzip_error(struct stargz_stream *strm, const char *why)
{
	strm->why = why;
	return -EFSCORRUPTED;
}

/* Take a header byte into *@crc. */
static int stargz_gzip_byte(struct stargz_input *in, u32 *crc)
{
	int c = stargz_input_byte(in);
	u8 byte = c;

	if (c >= 0)
		*crc = crc32_le(*crc, &byte, 1);
	return c;
}

/* Take @n little-endian bytes, at most 4, into *@value. */
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

static int stargz_gzip_skip(struct stargz_input *in, u32 n, u32 *crc)
{
	while (n--) {
		int c = stargz_gzip_byte(in, crc);

		if (c < 0)
			return c;
	}
	return 0;
}

/* Skip a zero-terminated string; the range of the span bounds it. */
static int stargz_gzip_string(struct stargz_input *in, u32 *crc)
{
	int c;

	do {
		c = stargz_gzip_byte(in, crc);
	} while (c > 0);
	return c;
}

/* Optional fields of the header, by the bits of @flags. */
static int stargz_gzip_fields(struct stargz_stream *strm,
			      struct stargz_input *in, u8 flags, u32 *crc)
{
	u32 value, sum;
	int err = 0;

	if (flags & GZIP_FEXTRA) {
		err = stargz_gzip_number(in, 2, crc, &value);
		if (!err)
			err = stargz_gzip_skip(in, value, crc);
	}
	if (!err && flags & GZIP_FNAME)
		err = stargz_gzip_string(in, crc);
	if (!err && flags & GZIP_FCOMMENT)
		err = stargz_gzip_string(in, crc);
	if (!err && flags & GZIP_FHCRC) {
		sum = ~*crc & 0xffff;
		err = stargz_gzip_number(in, 2, crc, &value);
		if (!err && value != sum)
			return stargz_gzip_error(strm,
						 "gzip header checksum mismatch");
	}
	return err;
}

/**
 * stargz_gzip_header() - take the header of a gzip member
 * @strm: gets the reason of an error
 * @in: starts at the member, left at its deflate data
 *
 * Return: 0, -EFSCORRUPTED, or what reading gave.
 */
int stargz_gzip_header(struct stargz_stream *strm, struct stargz_input *in)
{
	u32 crc = ~0, id, flags;
	int err;

	err = stargz_gzip_number(in, 3, &crc, &id);
	if (!err && id != (0x8b1f | GZIP_METHOD_DEFLATE << 16))
		return stargz_gzip_error(strm, "not a gzip member");
	if (!err)
		err = stargz_gzip_number(in, 1, &crc, &flags);
	if (!err && flags & GZIP_RESERVED)
		return stargz_gzip_error(strm, "unknown gzip flags");
	/* MTIME, XFL and OS mean nothing to us. */
	if (!err)
		err = stargz_gzip_skip(in, 6, &crc);
	if (!err)
		err = stargz_gzip_fields(strm, in, flags, &crc);
	if (err == -EFSCORRUPTED && !strm->why)
		strm->why = "truncated gzip header";
	return err;
}

static int stargz_zlib_start(struct stargz_stream *strm)
{
	strm->z.workspace = strm->workspace;
	if (zlib_inflateInit2(&strm->z, -MAX_WBITS) != Z_OK)
		return stargz_gzip_error(strm, "zlib does not start");
	return 0;
}

/* Start at the deflate data of a member. */
static int stargz_gzip_start(struct stargz_stream *strm,
			     const struct stargz_input *in)
{
	if (strm->decoder == STARGZ_DECODER_ZLIB)
		return stargz_zlib_start(strm);
	stargz_inflate_start(strm->own, in->next, in->avail, 0);
	return 0;
}

/*
 * Have zlib pass over the first @bit bits of @byte, which it has no call for:
 * a block with fixed codes is put in front, of as many literals as it takes to
 * end at that bit of a byte. It is 3 bits of header, 9 for each literal and
 * 7 for the end. The literals go nowhere, and before the history.
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
		stargz_inflate_start(strm->own, in->next, in->avail, bit);
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

/* Inflate up to out->end with our own decoder; 1 when the data ended. */
static int stargz_gzip_own(struct stargz_stream *strm, struct stargz_input *in,
			   struct stargz_gzip_out *out)
{
	size_t used;

	/* The other one of two may have been the one to go on with. */
	if (out->pos == out->end)
		return 0;
	switch (stargz_inflate_run(strm->own, out->base, &out->pos, out->end)) {
	case STARGZ_INFLATE_FULL:
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

/* The same with the kernel's zlib, which keeps a history of its own. */
static int stargz_gzip_zlib(struct stargz_stream *strm,
			    struct stargz_input *in,
			    struct stargz_gzip_out *out)
{
	struct z_stream_s *z = &strm->z;
	int ret = Z_OK;

	z->next_out = out->base + out->pos;
	z->avail_out = out->end - out->pos;
	while (z->avail_out && ret == Z_OK) {
		if (!in->avail) {
			int err = in->refill(in);

			if (err)
				return err;
			if (!in->avail)
				return stargz_gzip_error(strm,
							 "truncated gzip member");
		}
		z->next_in = in->next;
		z->avail_in = in->avail;
		ret = zlib_inflate(z, Z_SYNC_FLUSH);
		in->next = z->next_in;
		in->avail = z->avail_in;
		/* Nothing in, nothing out, while there was room for both. */
		if (ret == Z_BUF_ERROR && !in->avail)
			ret = Z_OK;
	}
	if (ret != Z_OK && ret != Z_STREAM_END)
		return stargz_gzip_error(strm, "damaged deflate data");
	out->pos = out->end - z->avail_out;
	return ret == Z_STREAM_END;
}

/* Make room in the sink, when @out is not there yet or filled its half. */
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

/* Copy what of the @n bytes at position @pos is within [want->from, ->to). */
static void stargz_gzip_copy(const struct stargz_want *want, u32 pos,
			     const u8 *from, u32 n)
{
	u32 start = max(pos, want->from), end = min(pos + n, want->to);

	if (start < end)
		memcpy(want->out + (start - want->from), from + (start - pos),
		       end - start);
}

static int stargz_gzip_trailer(struct stargz_stream *strm,
			       struct stargz_input *in, u32 crc, u32 total)
{
	u32 ignored = 0, want_crc, want_size;
	int err;

	err = stargz_gzip_number(in, 4, &ignored, &want_crc);
	if (!err)
		err = stargz_gzip_number(in, 4, &ignored, &want_size);
	if (err == -EFSCORRUPTED)
		strm->why = "truncated gzip trailer";
	if (err)
		return err;
	if (want_crc != ~crc)
		return stargz_gzip_error(strm, "gzip checksum mismatch");
	if (want_size != total)
		return stargz_gzip_error(strm, "gzip size mismatch");
	return 0;
}

/* Go from the end of one member's data to the next one's, which has no past. */
static int stargz_gzip_next(struct stargz_stream *strm,
			    struct stargz_input *in,
			    struct stargz_gzip_out *out)
{
	int err = stargz_gzip_header(strm, in);

	if (out->base == strm->sink || out->base == strm->sink +
	    STARGZ_SINK_HALF)
		out->base = strm->sink;
	else
		out->base += out->pos;
	out->pos = 0;
	out->dict_len = 0;
	return err ? err : stargz_gzip_start(strm, in);
}

/* Skip a trailer that says nothing about what was decoded here. */
static int stargz_gzip_skip_trailer(struct stargz_stream *strm,
				    struct stargz_input *in)
{
	u32 ignored = 0;
	int err = stargz_gzip_skip(in, 8, &ignored);

	if (err == -EFSCORRUPTED)
		strm->why = "truncated gzip trailer";
	return err;
}

/* Set the next run up; 1 when there is nothing more to do. */
static int stargz_gzip_more(struct stargz_gzip *g)
{
	struct stargz_gzip_out *out = &g->out;
	size_t room = STARGZ_GZIP_SLICE;

	if (g->total == g->stop) {
		/* All is there and checked, or too long a tail to go on. */
		if (g->checked || g->stop > g->ulen)
			return 1;
		g->stop = g->ulen + STARGZ_GZIP_TAIL_MAX;
		g->whole = false;
	}
	if (!g->whole) {
		stargz_gzip_turn(g->strm, out);
		room = STARGZ_SINK_HALF - out->pos;
	}
	g->from = out->pos;
	out->end = out->pos + min_t(size_t, room, g->stop - g->total);
	if (g->strm->decoder == STARGZ_DECODER_OWN)
		stargz_inflate_dict(g->strm->own, out->dict, out->dict_len);
	return 0;
}

/* The deflate data of a member ended; 1 when that is all of the span. */
static int stargz_gzip_member_end(struct stargz_gzip *g)
{
	bool last = g->total >= g->ulen;
	int err = 0;

	if (!g->checked)
		err = stargz_gzip_trailer(g->strm, g->d->in, g->crc,
					  g->total - g->member);
	else if (!last)
		err = stargz_gzip_skip_trailer(g->strm, g->d->in);
	if (err || last)
		return err ? err : 1;
	g->member = g->total;
	if (!g->checked)
		g->crc = ~0;
	return stargz_gzip_next(g->strm, g->d->in, &g->out);
}

/**
 * stargz_gzip_run() - go on with a span
 * @g: from stargz_gzip_begin()
 *
 * Decodes some 64 KiB.
 *
 * Return: 0 when there is more to do, 1 when all is there, -EFSCORRUPTED, or
 * what reading gave.
 */
int stargz_gzip_run(struct stargz_gzip *g)
{
	struct stargz_gzip_out *out = &g->out;
	const u8 *bytes;
	size_t n;
	int ret;

	if (g->strm->decoder == STARGZ_DECODER_OWN)
		ret = stargz_gzip_own(g->strm, g->d->in, out);
	else
		ret = stargz_gzip_zlib(g->strm, g->d->in, out);
	if (ret < 0)
		return ret;
	bytes = out->base + g->from;
	n = out->pos - g->from;
	g->crc = stargz_crc(g->crc, bytes, n);
	if (!g->whole)
		stargz_gzip_copy(&g->d->want, g->total, bytes, n);
	g->total += n;
	cond_resched();
	if (ret)
		ret = stargz_gzip_member_end(g);
	return ret ? ret : stargz_gzip_more(g);
}

/**
 * stargz_gzip_begin() - begin to decode a span of gzip members, or from within
 *	one on
 * @g: filled in
 * @d: the span, of codec gzip or deflate, and its stream, with the history of
 *	a span that has some. For %STARGZ_DECODER_OWN the input holds all there
 *	is from the start, since that decoder does not refill
 *
 * The last member may hold more than the span does. Without %STARGZ_SPAN_CRC
 * the CRC and size of every member is checked, except of the last one when
 * more than %STARGZ_GZIP_TAIL_MAX bytes follow.
 *
 * Return: as stargz_gzip_run().
 */
int stargz_gzip_begin(struct stargz_gzip *g, struct stargz_decode *d)
{
	const struct stargz_span *raw = d->raw;
	struct stargz_stream *strm = d->strm;
	u32 ulen = le32_to_cpu(raw->ulen);
	bool whole = !d->want.from && d->want.to == ulen;
	int err;

	*g = (struct stargz_gzip) {
		.d = d,
		.strm = strm,
		.out.base = whole ? d->want.out : strm->sink,
		.ulen = ulen,
		.stop = ulen,
		.crc = ~0,
		.checked = raw->flags & STARGZ_SPAN_CRC,
		.whole = whole,
	};
	if (raw->codec == STARGZ_CODEC_DEFLATE) {
		g->out.dict = strm->window;
		g->out.dict_len = strm->window_len;
		err = stargz_deflate_start(strm, d->in,
					   raw->flags & STARGZ_SPAN_BIT_MASK,
					   &g->out);
	} else {
		err = stargz_gzip_header(strm, d->in);
		if (!err)
			err = stargz_gzip_start(strm, d->in);
	}
	return err ? err : stargz_gzip_more(g);
}

/**
 * stargz_gzip_two() - go on with two spans side by side
 * @a: the one, with %STARGZ_DECODER_OWN
 * @b: the other, likewise
 *
 * Takes less time than one after the other.
 *
 * Return: the one of them to call stargz_gzip_run() for next.
 */
struct stargz_gzip *stargz_gzip_two(struct stargz_gzip *a,
				    struct stargz_gzip *b)
{
	struct stargz_inflate_part part[2] = {
		{ .s = a->strm->own, .base = a->out.base, .pos = a->out.pos,
		  .end = a->out.end },
		{ .s = b->strm->own, .base = b->out.base, .pos = b->out.pos,
		  .end = b->out.end },
	};
	bool first = stargz_inflate_two(&part[0], &part[1]) == &part[0];

	a->out.pos = part[0].pos;
	b->out.pos = part[1].pos;
	return first ? a : b;
}

/**
 * stargz_gzip_end() - be done with a span
 * @g: from stargz_gzip_begin()
 * @ret: what that or stargz_gzip_run() returned last, not 0
 *
 * In d->err comes how it went, and in d->crc the CRC-32 of all bytes of a span
 * with %STARGZ_SPAN_CRC.
 */
void stargz_gzip_end(struct stargz_gzip *g, int ret)
{
	g->d->err = min(ret, 0);
	g->d->crc = ~g->crc;
}
