/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One deflate stream through our decoder and through zlib, compared.
 */
#ifndef STARGZ_INFLATE_COMPARE_H
#define STARGZ_INFLATE_COMPARE_H

#include "inflate.h"

/**
 * struct inflate_case - a stream and how to decode it
 * @in: the stream
 * @len: its length
 * @bit: bits of the first byte before it
 * @dict: history
 * @dict_len: its length, at most 32 KiB
 * @room: most output
 * @slice: 0 to decode in one run; else most bytes of a run, and runs of
 *	random length up to that are made
 * @feed: 0 to give all input at once; else most bytes of a slice of it, and
 *	slices of random length up to that are fed when they are asked for
 * @copy: each slice is in a buffer of its own; else they are parts of @in
 * @seed: of the random lengths
 * @move: now and then continue in another buffer, with the history as dict
 * @generic: without BMI2
 * @beside: side by side with another stream, by stargz_inflate_two()
 * @second: that one is the first of the two
 */
struct inflate_case {
	const u8 *in;
	size_t len;
	unsigned int bit;
	const u8 *dict;
	size_t dict_len;
	size_t room;
	size_t slice;
	size_t feed;
	u32 seed;
	bool copy;
	bool move;
	bool generic;
	bool beside;
	bool second;
};

/**
 * inflate_compare() - decode with both
 * @c: what and how
 *
 * Verdict, output and, at the end of a stream, consumed input must be the
 * same, and nothing may be written outside the output. The other stream, if any,
 * must give what it was made from.
 *
 * Return: NULL, or what differs, in a static buffer.
 */
const char *inflate_compare(const struct inflate_case *c);

/* A step of a pseudo-random sequence. */
static inline u32 inflate_random(u32 *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

#endif /* STARGZ_INFLATE_COMPARE_H */
