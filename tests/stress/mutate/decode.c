// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mutate - decode a span with zlib and libzstd, to adjust its checksums to a
 * damaged stream.
 */
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "mutate.h"
#include "seal.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "the records of an index are used as they are");

static uint8_t content[MOST_DECODED];

/* Number of a span's file, MAX_FILES if none; sets the start in the file. */
unsigned int span_file(const struct seed *s, const struct stargz_span *span,
		       uint64_t *start)
{
	const struct stargz_blob *blob = seed_table(s, STARGZ_TABLE_BLOBS);
	unsigned int file;

	if (span->blob >= seed_count(s, STARGZ_TABLE_BLOBS))
		return MAX_FILES;
	blob += span->blob;
	file = s->image ? 0 : blob->source;
	*start = blob->start + span->start;
	if (file >= s->files || *start > s->file[file].size ||
	    span->clen > s->file[file].size - *start)
		return MAX_FILES;
	return file;
}

/* Size of a member header (RFC 1952), 0 if it is not one. */
size_t gzip_header(const uint8_t *p, size_t len)
{
	size_t at = 10;
	int field;

	if (len < 18 || p[0] != 0x1f || p[1] != 0x8b || p[2] != 8)
		return 0;
	if (p[3] & 4)
		at += 2 + p[10] + 256 * p[11];
	for (field = 8; field <= 16; field *= 2) {
		if (!(p[3] & field))
			continue;
		while (at < len && p[at])
			at++;
		at++;
	}
	if (p[3] & 2)
		at += 2;
	return at < len ? at : 0;
}

/*
 * Inflate one stream from bit @bit of @p on. Returns the number of bytes used,
 * or 0 if the stream did not end; *out grows.
 */
static size_t inflate_one(const uint8_t *p, size_t len, unsigned int bit,
			  const uint8_t *history, uint8_t *to, uint32_t room,
			  uint32_t *out)
{
	z_stream z = { 0 };
	int ret;

	if (inflateInit2(&z, -15))
		return 0;
	if (history)
		inflateSetDictionary(&z, history, STARGZ_HISTORY_SIZE);
	if (bit) {
		inflatePrime(&z, 8 - bit, p[0] >> bit);
		p++;
		len--;
	}
	z.next_in = (void *)p;
	z.avail_in = len;
	z.next_out = to;
	z.avail_out = room;
	ret = inflate(&z, Z_NO_FLUSH);
	*out += room - z.avail_out;
	inflateEnd(&z);
	return ret == Z_STREAM_END ? z.total_in + (bit != 0) : 0;
}

/* Members from @p on, after a part of one if @part. */
static uint32_t inflate_all(const uint8_t *p, size_t len, bool part,
			    unsigned int bit, const uint8_t *history,
			    uint32_t want)
{
	uint32_t got = 0;
	size_t used;

	while (got < want) {
		if (!part) {
			used = gzip_header(p, len);
			if (!used)
				break;
			p += used;
			len -= used;
		}
		used = inflate_one(p, len, bit, history, content + got,
				   want - got, &got);
		if (!used || len - used < 8)
			break;
		p += used + 8;
		len -= used + 8;
		part = false;
		bit = 0;
		history = NULL;
	}
	return got;
}

static uint32_t unpack_frames(const uint8_t *p, size_t len, uint32_t want)
{
	ZSTD_outBuffer out = { content, want, 0 };
	ZSTD_inBuffer in = { p, len, 0 };
	ZSTD_DCtx *ctx = ZSTD_createDCtx();
	size_t before;

	do {
		before = in.pos + out.pos;
		if (ZSTD_isError(ZSTD_decompressStream(ctx, &out, &in)))
			break;
	} while (out.pos < want && in.pos + out.pos != before);
	ZSTD_freeDCtx(ctx);
	return out.pos;
}

/* The 32 KiB before a span; the record holds the end of them. */
bool history_decode(const struct seed *s, const struct stargz_history *w,
		    uint8_t *history)
{
	const uint8_t *data = seed_table(s, STARGZ_TABLE_HISTORY_DATA);
	uint64_t size = seed_count(s, STARGZ_TABLE_HISTORY_DATA);
	uint32_t got = 0;

	if (w->offset > size || w->clen > size - w->offset || !w->ulen ||
	    w->ulen > STARGZ_HISTORY_SIZE)
		return false;
	memset(history, 0, STARGZ_HISTORY_SIZE);
	return inflate_one(data + w->offset, w->clen, 0, NULL,
			   history + STARGZ_HISTORY_SIZE - w->ulen, w->ulen,
			   &got) && got == w->ulen;
}

static const uint8_t *find_history(const struct seed *s, uint32_t nr)
{
	static uint8_t history[STARGZ_HISTORY_SIZE];
	const struct stargz_history *w = seed_table(s, STARGZ_TABLE_HISTORIES);
	uint64_t n = seed_count(s, STARGZ_TABLE_HISTORIES);

	for (; n; n--, w++)
		if (w->span == nr)
			return history_decode(s, w, history) ? history : NULL;
	return NULL;
}

/* Decode to @content. */
static bool decode(const struct seed *s, uint32_t nr, struct decoded *out)
{
	const struct stargz_span *span = seed_table(s, STARGZ_TABLE_SPANS);
	const uint8_t *p;
	unsigned int file;
	uint64_t start;

	span += nr;
	file = span_file(s, span, &start);
	if (file == MAX_FILES || span->ulen > MOST_DECODED)
		return false;
	p = s->file[file].now + start;
	if (span->codec == STARGZ_CODEC_STORED) {
		if (span->clen < span->ulen)
			return false;
		out->bytes = span->ulen;
		memcpy(content, p, span->ulen);
	} else if (span->codec == STARGZ_CODEC_ZSTD) {
		out->bytes = unpack_frames(p, span->clen, span->ulen);
	} else {
		bool part = span->codec == STARGZ_CODEC_DEFLATE;

		out->bytes = inflate_all(p, span->clen, part,
					 part ? span->flags & 7 : 0,
					 part ? find_history(s, nr) : NULL,
					 span->ulen);
	}
	return out->bytes != 0;
}

static uint32_t part_size(const struct decoded *out, uint32_t at, uint32_t most)
{
	return out->bytes - at < most ? out->bytes - at : most;
}

/*
 * Decode span @nr as far as possible, and compute the sums of its parts. Returns
 * false if that gives no bytes.
 */
bool span_decode(const struct seed *s, uint32_t nr, struct decoded *out)
{
	uint32_t at;

	if (!decode(s, nr, out))
		return false;
	for (at = 0; at < out->bytes; at += STARGZ_PIECE_SIZE)
		out->crc[at / STARGZ_PIECE_SIZE] = crc32(0, content + at,
			part_size(out, at, STARGZ_PIECE_SIZE));
	for (at = 0; at < out->bytes; at += STARGZ_DIGEST_SIZE)
		seal_sha256(content + at,
			    part_size(out, at, STARGZ_DIGEST_SIZE),
			    out->digest[at / STARGZ_DIGEST_SIZE]);
	return true;
}
