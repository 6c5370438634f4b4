/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Reading the compressed bytes of a gzip stream in order, and the headers and
 * trailers of its members.
 */
#ifndef SGZ_BLOB_GZIP_MEMBER_H
#define SGZ_BLOB_GZIP_MEMBER_H

#include "blob/blob.h"

#define SGZ_GZINPUT_SIZE	(128u << 10)
/* Bytes that sgz_gzinput_fill() provides, unless the range ends before. */
#define SGZ_GZINPUT_TAKE	4096

/**
 * struct sgz_gzinput - a range of a blob being read
 * @ctx: the call
 * @blob: the blob
 * @next: offset in the blob of the next byte to read
 * @end: end of the range
 * @at: index of the first unused byte in @buf
 * @len: number of bytes in @buf
 * @eof: the last byte of the range is in @buf
 * @buf: the bytes of the blob before @next
 */
struct sgz_gzinput {
	const struct sgz_context *ctx;
	struct sgz_blob *blob;
	uint64_t next;
	uint64_t end;
	size_t at;
	size_t len;
	bool eof;
	uint8_t buf[SGZ_GZINPUT_SIZE];
};

/** enum sgz_gzip_next - what sgz_gzip_peek() finds */
enum sgz_gzip_next {
	SGZ_GZIP_MEMBER,
	SGZ_GZIP_ZEROES,	/* the end of the range, or zeroes up to it */
	SGZ_GZIP_GARBAGE,
};

/** sgz_gzinput_open() - start to read [@start, @end) of @blob */
void sgz_gzinput_open(struct sgz_gzinput *in, const struct sgz_context *ctx,
		      struct sgz_blob *blob, uint64_t start, uint64_t end);

/** sgz_gzinput_pos() - offset in the blob of the first unused byte */
static inline uint64_t sgz_gzinput_pos(const struct sgz_gzinput *in)
{
	return in->next - (in->len - in->at);
}

/** sgz_gzinput_fill() - read until SGZ_GZINPUT_TAKE bytes are unused or @eof */
int sgz_gzinput_fill(struct sgz_gzinput *in);

/** sgz_gzinput_drain() - read and discard the rest of the range */
int sgz_gzinput_drain(struct sgz_gzinput *in);

/**
 * sgz_gzip_peek() - find out what follows
 * @in: at the end of a member, or at the start of the stream. Zeroes are
 *	skipped, nothing else is consumed
 * @next: filled in
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_gzip_peek(struct sgz_gzinput *in, enum sgz_gzip_next *next);

/**
 * sgz_gzip_header() - read the header of a member
 * @in: at the header; moved to the deflate data
 *
 * Return: 0, -EUCLEAN if it is damaged or cut off, or another negative errno;
 *	with the error text set.
 */
int sgz_gzip_header(struct sgz_gzinput *in);

/**
 * sgz_gzip_trailer() - read the trailer of a member
 * @in: at the trailer; moved to its end
 * @crc: set to its CRC-32
 * @size: set to its uncompressed size in bytes, modulo 2^32
 *
 * Return: 0, -EUCLEAN if it is cut off, or another negative errno; with the
 *	error text set.
 */
int sgz_gzip_trailer(struct sgz_gzinput *in, uint32_t *crc, uint32_t *size);

#endif /* SGZ_BLOB_GZIP_MEMBER_H */
