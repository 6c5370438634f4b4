/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Compressed bytes of a gzip stream, read in order, and what stands around the
 * deflate data of a member.
 */
#ifndef SGZ_BLOB_GZIP_MEMBER_H
#define SGZ_BLOB_GZIP_MEMBER_H

#include "blob/blob.h"

#define SGZ_GZINPUT_SIZE	(128u << 10)
/* Most bytes that can be asked for at once. */
#define SGZ_GZINPUT_TAKE	4096

/**
 * struct sgz_gzinput - a range of a blob being read
 * @ctx: the call
 * @blob: where it is read from
 * @next: next byte of the blob to be read
 * @end: end of the range
 * @at: first byte of @buf that was not used
 * @len: bytes in @buf
 * @eof: there is no more than what is in @buf
 * @buf: bytes of the blob, those before @next
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

/** enum sgz_gzip_next - what follows where a member could start */
enum sgz_gzip_next {
	SGZ_GZIP_MEMBER,
	SGZ_GZIP_ZEROES,	/* zeroes, if anything, and then the end */
	SGZ_GZIP_GARBAGE,
};

/** sgz_gzinput_open() - begin to read [@start, @end) of @blob */
void sgz_gzinput_open(struct sgz_gzinput *in, const struct sgz_context *ctx,
		      struct sgz_blob *blob, uint64_t start, uint64_t end);

/** sgz_gzinput_pos() - where in the blob the next byte to be used is */
static inline uint64_t sgz_gzinput_pos(const struct sgz_gzinput *in)
{
	return in->next - (in->len - in->at);
}

/** sgz_gzinput_fill() - have SGZ_GZINPUT_TAKE bytes, or all there are */
int sgz_gzinput_fill(struct sgz_gzinput *in);

/** sgz_gzinput_drain() - read up to the end */
int sgz_gzinput_drain(struct sgz_gzinput *in);

/**
 * sgz_gzip_peek() - what comes next?
 * @in: stands at the end of a member, or at the start
 * @next: set
 *
 * Zeroes are skipped.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_gzip_peek(struct sgz_gzinput *in, enum sgz_gzip_next *next);

/**
 * sgz_gzip_header() - read the header of a member
 * @in: stands at it; moved to the deflate data
 *
 * Return: 0, -EUCLEAN if it is damaged or cut off, or another negative errno;
 *	with the error text set.
 */
int sgz_gzip_header(struct sgz_gzinput *in);

/**
 * sgz_gzip_trailer() - read the eight bytes at the end of a member
 * @in: stands at them; moved behind them
 * @crc: set to the CRC-32 that they give
 * @size: set to the length that they give, modulo 2^32
 *
 * Return: 0, -EUCLEAN if they are cut off, or another negative errno; with the
 *	error text set.
 */
int sgz_gzip_trailer(struct sgz_gzinput *in, uint32_t *crc, uint32_t *size);

#endif /* SGZ_BLOB_GZIP_MEMBER_H */
