/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * DEFLATE (RFC 1951) decoding from memory to memory, in the kernel and in
 * userspace. A struct stargz_inflate belongs to one caller at a time; there are
 * no locks. One call does as much work as its input and output allow, so a
 * caller bounds the work by bounding both.
 */
#ifndef STARGZ_INFLATE_H
#define STARGZ_INFLATE_H

#ifdef __KERNEL__
#include <linux/build_bug.h>
#include <linux/types.h>
#else
#include "base/inflate-compat.h"
#endif

/* Number of code bits that the first level of a table decodes. */
#define STARGZ_INFLATE_LITLEN_BITS	11
#define STARGZ_INFLATE_DIST_BITS	8

/*
 * Maximum number of entries of both levels together, for codes of at most 15
 * bits: with 288 symbols and 11 bits on the first level, and with 32 symbols
 * and 8 bits. zlib's examples/enough.c computes these numbers.
 */
#define STARGZ_INFLATE_LITLEN_SIZE	2342
#define STARGZ_INFLATE_DIST_SIZE	402

/* Number of symbols of the literal/length code and of the distance code. */
#define STARGZ_INFLATE_LITLENS		288
#define STARGZ_INFLATE_DISTS		32

/**
 * enum stargz_inflate_status - reason for the end of a run
 * @STARGZ_INFLATE_END: the final block ended
 * @STARGZ_INFLATE_FULL: the output is full, and the stream continues
 * @STARGZ_INFLATE_BAD: the stream is invalid
 * @STARGZ_INFLATE_TRUNCATED: the input ended before the stream did
 * @STARGZ_INFLATE_BLOCK: a block other than the last one ended, and @pause is
 *	set
 * @STARGZ_INFLATE_HUNGRY: more input is needed, and @more is set
 */
enum stargz_inflate_status {
	STARGZ_INFLATE_END,
	STARGZ_INFLATE_FULL,
	STARGZ_INFLATE_BAD,
	STARGZ_INFLATE_TRUNCATED,
	STARGZ_INFLATE_BLOCK,
	STARGZ_INFLATE_HUNGRY,
};

/**
 * struct stargz_inflate - a stream being decoded
 * @before: bytes of input before @start
 * @start: first byte of input
 * @next: first byte of input that is not in @hold
 * @end: end of input
 * @hold: bit buffer, lowest bit first: input that was loaded but not used. The
 *	bits above @bits equal those at @next, or are 0 at the end of the input
 * @bits: number of valid bits of @hold
 * @state: next part of the stream, an enum stargz_inflate_state
 * @status: how the stream ended, if it did
 * @final: the current block is the last
 * @fixed: the tables are those of fixed blocks
 * @more: more input follows the current input; see stargz_inflate_feed()
 * @pause: end runs at the end of a block. The caller may set it between runs
 * @bmi2: use the instructions of x86 BMI2. stargz_inflate_start() sets it if
 *	the processor supports them; tests may clear it
 * @left: remaining bytes of a stored block or of a match
 * @dist: distance of that match
 * @dict: history before the output
 * @dict_len: size of @dict in bytes
 * @dict_used: receives 1 for each byte of @dict that the stream refers to, or
 *	NULL. The caller may set it between runs
 * @why: reason if the stream is invalid, or NULL
 * @litlen: decoding table of literals and lengths
 * @dists: decoding table of distances; before that, of code lengths
 * @lens: code lengths of a dynamic block
 * @sorted: symbols in the order of their codes, while a table is built
 *
 * About 13 KiB, without pointers into itself. stargz_inflate_start() is the
 * only initialisation.
 */
struct stargz_inflate {
	u64 before;
	const u8 *start;
	const u8 *next;
	const u8 *end;
	u64 hold;
	u32 bits;
	u8 state;
	u8 status;
	bool final;
	bool fixed;
	bool more;
	bool pause;
	bool bmi2;
	u32 left;
	u32 dist;
	const u8 *dict;
	size_t dict_len;
	u8 *dict_used;
	const char *why;
	u32 litlen[STARGZ_INFLATE_LITLEN_SIZE];
	u32 dists[STARGZ_INFLATE_DIST_SIZE];
	u8 lens[STARGZ_INFLATE_LITLENS + STARGZ_INFLATE_DISTS];
	u16 sorted[STARGZ_INFLATE_LITLENS];
};

/**
 * struct stargz_inflate_part - one of two streams to decode side by side
 * @s: the stream
 * @base: output, as for stargz_inflate_run()
 * @pos: offset of the next byte in @base
 * @end: end of the output in @base, at least @pos
 */
struct stargz_inflate_part {
	struct stargz_inflate *s;
	u8 *base;
	size_t pos;
	size_t end;
};

void stargz_inflate_start(struct stargz_inflate *s, const u8 *in, size_t len,
			  unsigned int bit);
void stargz_inflate_dict(struct stargz_inflate *s, const u8 *dict, size_t len);
enum stargz_inflate_status stargz_inflate_run(struct stargz_inflate *s,
					      u8 *base, size_t *pos,
					      size_t end);
struct stargz_inflate_part *stargz_inflate_two(struct stargz_inflate_part *a,
					       struct stargz_inflate_part *b);
u64 stargz_inflate_consumed(const struct stargz_inflate *s);
u64 stargz_inflate_bits(const struct stargz_inflate *s);
size_t stargz_inflate_unread(struct stargz_inflate *s);
void stargz_inflate_feed(struct stargz_inflate *s, const u8 *in, size_t len,
			 bool more);
const char *stargz_inflate_why(const struct stargz_inflate *s);

#endif /* STARGZ_INFLATE_H */
