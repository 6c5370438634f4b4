// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - gzip members (RFC 1952), inflated by the kernel's zlib.
 *
 * A member of a layer holds the content of one or more files and then tar
 * padding and the headers of what follows. Only the content is wanted, but
 * the CRC in the trailer covers everything, so the rest is inflated into
 * a sink as long as it is short. No state but the stream's, no locks.
 */
#include <linux/bits.h>
#include <linux/crc32.h>
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
 * Inflate until @len bytes are in @out or the deflate data ends. Returns how
 * many bytes came out, or a negative errno; *@end says whether the data ended.
 */
static ssize_t stargz_inflate(struct stargz_stream *strm,
			      struct stargz_input *in, void *out, u32 len,
			      bool *end)
{
	struct z_stream_s *z = &strm->z;
	int ret = Z_OK;

	z->next_out = out;
	z->avail_out = len;
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
	*end = ret == Z_STREAM_END;
	return len - z->avail_out;
}

/* Inflate what follows the wanted bytes; true in *@end at the end of it. */
static int stargz_gzip_tail(struct stargz_stream *strm,
			    struct stargz_input *in, u32 *crc, u32 *total,
			    bool *end)
{
	u32 left = STARGZ_GZIP_TAIL_MAX;
	ssize_t n;

	while (!*end && left) {
		n = stargz_inflate(strm, in, strm->sink, STARGZ_SINK_SIZE,
				   end);
		if (n < 0)
			return n;
		*crc = crc32_le(*crc, strm->sink, n);
		*total += n;
		left -= min_t(u32, left, n);
	}
	return 0;
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

/**
 * stargz_gzip_decode() - decode the front of a gzip member
 * @strm: decoder state; gets the reason of an error
 * @in: starts at the member
 * @out: gets @len bytes, undefined after an error
 * @len: how many bytes are wanted
 *
 * The member may hold more than @len bytes but not fewer. Its CRC and size
 * are checked unless more than %STARGZ_GZIP_TAIL_MAX bytes follow.
 *
 * Return: 0, -EFSCORRUPTED, or what reading gave.
 */
int stargz_gzip_decode(struct stargz_stream *strm, struct stargz_input *in,
		       void *out, u32 len)
{
	u32 crc = ~0, total = len;
	bool end = false;
	ssize_t n;
	int err;

	err = stargz_gzip_header(strm, in);
	if (err)
		return err;
	if (zlib_inflateInit2(&strm->z, -MAX_WBITS) != Z_OK)
		return stargz_gzip_error(strm, "zlib does not start");
	n = stargz_inflate(strm, in, out, len, &end);
	if (n < 0)
		return n;
	if (n < len)
		return stargz_gzip_error(strm, "gzip member is too short");
	crc = crc32_le(crc, out, len);
	err = stargz_gzip_tail(strm, in, &crc, &total, &end);
	if (err || !end)
		return err;
	return stargz_gzip_trailer(strm, in, crc, total);
}
