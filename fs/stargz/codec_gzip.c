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

/*
 * Output of a member while it is inflated. A run of memory gets the bytes
 * from @pos to @end; what was written before lies in front of @pos in that
 * run, and before the start of it in @dict.
 */
struct stargz_gzip_out {
	u8 *base;
	size_t pos;
	size_t end;
	const u8 *dict;
	size_t dict_len;
};

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

	stargz_inflate_dict(strm->own, out->dict, out->dict_len);
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

/* Inflate up to out->end into *@crc; 1 when the deflate data ended. */
static int stargz_gzip_run(struct stargz_stream *strm, struct stargz_input *in,
			   struct stargz_gzip_out *out, u32 *crc)
{
	size_t from = out->pos;
	int ret;

	if (strm->decoder == STARGZ_DECODER_OWN)
		ret = stargz_gzip_own(strm, in, out);
	else
		ret = stargz_gzip_zlib(strm, in, out);
	if (ret >= 0)
		*crc = stargz_crc(*crc, out->base + from, out->pos - from);
	cond_resched();
	return ret;
}

/* All of the wanted bytes, into one run of memory. */
static int stargz_gzip_body(struct stargz_stream *strm,
			    struct stargz_input *in,
			    struct stargz_gzip_out *out, u32 len, u32 *crc)
{
	int ret = 0;

	while (!ret && out->pos < len) {
		out->end = min_t(size_t, len, out->pos + STARGZ_GZIP_SLICE);
		ret = stargz_gzip_run(strm, in, out, crc);
	}
	return ret;
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

/*
 * Inflate what is not wanted, or not all of it, through the sink: from @total
 * up to @stop, or the end of the data.
 */
static int stargz_gzip_sink(struct stargz_stream *strm,
			    struct stargz_input *in,
			    struct stargz_gzip_out *out,
			    const struct stargz_want *want, u32 *total,
			    u32 stop, u32 *crc)
{
	int ret = 0;

	while (!ret && *total < stop) {
		size_t from;

		stargz_gzip_turn(strm, out);
		from = out->pos;
		out->end = min_t(size_t, STARGZ_SINK_HALF,
				 from + (stop - *total));
		ret = stargz_gzip_run(strm, in, out, crc);
		if (ret < 0)
			return ret;
		stargz_gzip_copy(want, *total, out->base + from,
				 out->pos - from);
		*total += out->pos - from;
	}
	return ret;
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

/* Start with what the span starts with. */
static int stargz_gzip_begin(struct stargz_stream *strm,
			     struct stargz_input *in,
			     const struct stargz_span *raw,
			     struct stargz_gzip_out *out)
{
	int err;

	if (raw->codec == STARGZ_CODEC_DEFLATE) {
		out->dict = strm->window;
		out->dict_len = strm->window_len;
		return stargz_deflate_start(strm, in,
					    raw->flags & STARGZ_SPAN_BIT_MASK,
					    out);
	}
	err = stargz_gzip_header(strm, in);
	return err ? err : stargz_gzip_start(strm, in);
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

/**
 * stargz_gzip_decode() - decode a span of gzip members, or from within one on
 * @strm: decoder state, with the history of a span that has some; gets the
 *	reason of an error
 * @in: starts at the span. For %STARGZ_DECODER_OWN it holds all there is
 *	from the start, since that decoder does not refill
 * @raw: the span's record, checked: of codec gzip or deflate
 * @want: which bytes are wanted, and where; undefined after an error
 * @body_crc: set to the CRC-32 of all bytes of a span with %STARGZ_SPAN_CRC
 *
 * The last member may hold more than the span does. Without %STARGZ_SPAN_CRC
 * the CRC and size of every member is checked, except of the last one when
 * more than %STARGZ_GZIP_TAIL_MAX bytes follow.
 *
 * Return: 0, -EFSCORRUPTED, or what reading gave.
 */
int stargz_gzip_decode(struct stargz_stream *strm, struct stargz_input *in,
		       const struct stargz_span *raw,
		       const struct stargz_want *want, u32 *body_crc)
{
	static const struct stargz_want nothing;
	u32 ulen = le32_to_cpu(raw->ulen), crc = ~0, total = 0, member = 0;
	bool checked = raw->flags & STARGZ_SPAN_CRC;
	bool whole = !want->from && want->to == ulen;
	struct stargz_gzip_out out = { .base = whole ? want->out : strm->sink };
	int ret = stargz_gzip_begin(strm, in, raw, &out);

	while (!ret) {
		if (whole) {
			ret = stargz_gzip_body(strm, in, &out, ulen - member,
					       &crc);
			total = member + out.pos;
		} else {
			ret = stargz_gzip_sink(strm, in, &out, want, &total,
					       ulen, &crc);
		}
		if (ret < 0 || total == ulen)
			break;
		/* The member ended before the span did. */
		ret = checked ? stargz_gzip_skip_trailer(strm, in) :
				stargz_gzip_trailer(strm, in, crc,
						    total - member);
		if (!ret)
			ret = stargz_gzip_next(strm, in, &out);
		member = total;
		if (!checked)
			crc = ~0;
	}
	if (ret < 0)
		return ret;
	*body_crc = ~crc;
	if (checked)
		return 0;
	if (!ret)
		ret = stargz_gzip_sink(strm, in, &out, &nothing, &total,
				       ulen + STARGZ_GZIP_TAIL_MAX, &crc);
	/* Neither an error nor the end: too long a tail to look further. */
	if (ret <= 0)
		return ret;
	return stargz_gzip_trailer(strm, in, crc, total - member);
}
