// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Reading a gzip stream (RFC 1952) in sequence, except for the deflate data.
 * As in gzip(1), zeroes after the last member are not garbage.
 */
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

#include "blob/gzip_member.h"

#define FHCRC		0x02
#define FEXTRA		0x04
#define FNAME		0x08
#define FCOMMENT	0x10
#define RESERVED	0xe0

#define FIXED_SIZE	10
#define FLAGS_AT	3
#define TRAILER_SIZE	8

void sgz_gzinput_open(struct sgz_gzinput *in, const struct sgz_context *ctx,
		      struct sgz_blob *blob, uint64_t start, uint64_t end)
{
	in->ctx = ctx;
	in->blob = blob;
	in->next = start;
	in->end = end;
	in->at = 0;
	in->len = 0;
	in->eof = false;
}

int sgz_gzinput_fill(struct sgz_gzinput *in)
{
	if (in->eof || in->len - in->at >= SGZ_GZINPUT_TAKE)
		return 0;
	memmove(in->buf, in->buf + in->at, in->len - in->at);
	in->len -= in->at;
	in->at = 0;
	while (!in->eof && in->len < SGZ_GZINPUT_TAKE) {
		size_t room = sizeof(in->buf) - in->len;
		ssize_t n;

		if (room > in->end - in->next)
			room = in->end - in->next;
		n = sgz_blob_some(in->blob, in->ctx, in->next,
				  in->buf + in->len, room);
		if (n < 0)
			return n;
		in->len += n;
		in->next += n;
		in->eof = !n || in->next == in->end;
	}
	return 0;
}

int sgz_gzinput_drain(struct sgz_gzinput *in)
{
	int ret = 0;

	while (!ret && !in->eof) {
		in->at = in->len;
		ret = sgz_gzinput_fill(in);
	}
	return ret;
}

static int fail(const struct sgz_gzinput *in, const char *why)
{
	return sgz_fail(in->ctx, -EUCLEAN, "gzip: %s at offset %llu", why,
			(unsigned long long)sgz_gzinput_pos(in));
}

/* Consume @n bytes, at most SGZ_GZINPUT_TAKE. On failure NULL and *@ret. */
static const uint8_t *take(struct sgz_gzinput *in, size_t n, int *ret)
{
	*ret = sgz_gzinput_fill(in);
	if (!*ret && in->len - in->at < n)
		*ret = fail(in, "cut off");
	if (*ret)
		return NULL;
	in->at += n;
	return in->buf + in->at - n;
}

/* Skip @n bytes of a header and add them to its checksum. */
static int skip(struct sgz_gzinput *in, size_t n, uint32_t *crc)
{
	while (n) {
		size_t k = n < SGZ_GZINPUT_TAKE ? n : SGZ_GZINPUT_TAKE;
		const uint8_t *bytes;
		int ret;

		bytes = take(in, k, &ret);
		if (!bytes)
			return ret;
		*crc = libdeflate_crc32(*crc, bytes, k);
		n -= k;
	}
	return 0;
}

/* Skip a NUL-terminated string. */
static int skip_text(struct sgz_gzinput *in, uint32_t *crc)
{
	for (;;) {
		const uint8_t *nul;
		size_t have;
		int ret;

		ret = sgz_gzinput_fill(in);
		if (ret)
			return ret;
		have = in->len - in->at;
		if (!have)
			return fail(in, "cut off");
		if (have > SGZ_GZINPUT_TAKE)
			have = SGZ_GZINPUT_TAKE;
		nul = memchr(in->buf + in->at, 0, have);
		if (nul)
			have = nul + 1 - (in->buf + in->at);
		ret = skip(in, have, crc);
		if (ret || nul)
			return ret;
	}
}

static int read16(struct sgz_gzinput *in, uint32_t *crc, uint16_t *value)
{
	const uint8_t *bytes;
	int ret;

	bytes = take(in, 2, &ret);
	if (!bytes)
		return ret;
	*crc = libdeflate_crc32(*crc, bytes, 2);
	*value = bytes[0] | bytes[1] << 8;
	return 0;
}

/* Skip the optional fields of a header, and verify its checksum. */
static int optional_fields(struct sgz_gzinput *in, uint8_t flags, uint32_t crc)
{
	uint16_t value = 0;
	int ret = 0;

	if (flags & FEXTRA) {
		ret = read16(in, &crc, &value);
		if (!ret)
			ret = skip(in, value, &crc);
	}
	if (!ret && flags & FNAME)
		ret = skip_text(in, &crc);
	if (!ret && flags & FCOMMENT)
		ret = skip_text(in, &crc);
	if (!ret && flags & FHCRC) {
		uint16_t want = crc;

		ret = read16(in, &crc, &value);
		if (!ret && value != want)
			ret = fail(in, "wrong checksum of the header");
	}
	return ret;
}

int sgz_gzip_header(struct sgz_gzinput *in)
{
	const uint8_t *bytes;
	uint8_t flags;
	int ret;

	bytes = take(in, FIXED_SIZE, &ret);
	if (!bytes)
		return ret;
	if (memcmp(bytes, "\x1f\x8b\x08", 3))
		return fail(in, "no gzip header");
	flags = bytes[FLAGS_AT];
	if (flags & RESERVED)
		return fail(in, "unknown flags in the header");
	if (!flags)
		return 0;
	return optional_fields(in, flags,
			       libdeflate_crc32(0, bytes, FIXED_SIZE));
}

int sgz_gzip_trailer(struct sgz_gzinput *in, uint32_t *crc, uint32_t *size)
{
	const uint8_t *b;
	int ret;

	b = take(in, TRAILER_SIZE, &ret);
	if (!b)
		return ret;
	*crc = b[0] | b[1] << 8 | b[2] << 16 | (uint32_t)b[3] << 24;
	*size = b[4] | b[5] << 8 | b[6] << 16 | (uint32_t)b[7] << 24;
	return 0;
}

int sgz_gzip_peek(struct sgz_gzinput *in, enum sgz_gzip_next *next)
{
	static const uint8_t magic[] = { 0x1f, 0x8b };
	int ret = sgz_gzinput_fill(in);
	size_t have = in->len - in->at;

	/* A single first byte of the magic is a member that was cut off. */
	if (!ret && have &&
	    !memcmp(in->buf + in->at, magic, have < 2 ? have : 2)) {
		*next = SGZ_GZIP_MEMBER;
		return 0;
	}
	*next = SGZ_GZIP_ZEROES;
	while (!ret && in->at < in->len) {
		while (in->at < in->len && !in->buf[in->at])
			in->at++;
		if (in->at < in->len) {
			*next = SGZ_GZIP_GARBAGE;
			return 0;
		}
		ret = sgz_gzinput_fill(in);
	}
	return ret;
}
