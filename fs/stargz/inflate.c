// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * stargz - DEFLATE (RFC 1951) decoding from memory to memory.
 *
 * Two loops decode the symbols of a block. The fast loop, stargz_fast_step(),
 * checks once for several symbols whether there is enough input and room for
 * output. The constants FAST_* define how much is enough, and assertions next
 * to the code verify them. The careful loop, stargz_inflate_step(), checks each
 * symbol and decodes near the end of the input or output. The decoder refuses
 * the same streams as zlib's inflate(). It does not allocate or recurse, and
 * needs a few hundred bytes of stack. There are no locks: the state belongs to
 * the caller.
 *
 * The design follows published decoders; no code is taken from them:
 *
 * - zlib's inflate_fast(): a fast loop that runs while a fixed margin of input
 *   and output is left, and a careful loop for the rest.
 * - libdeflate's decompress_template.h: one table look-up yields everything
 *   about a symbol; a refill is one load of eight bytes without a branch; the
 *   entry of the next symbol is looked up before the current one is written;
 *   matches are copied by words beyond their end; the same source is compiled
 *   with and without BMI2. Its CAN_CONSUME_AND_THEN_PRELOAD() is the model for
 *   the assertions on bits. Its build_decode_table() is the model for filling a
 *   table from sorted symbols, with codes counted in reversed bits, and for
 *   doubling the table for each bit of length.
 * - The histograms of Finite State Entropy (zstd's HIST_count()): several
 *   counters side by side, so that equal neighbours do not wait for each other.
 * - zstd's Huffman decoder, which decodes several streams in turns so that the
 *   processor works on one while a look-up of another is pending.
 *   stargz_inflate_two() does that with two independent deflate streams.
 *
 * @hold is a bit buffer of 64 bits of input, lowest bit first, and @bits is the
 * number of valid bits. A refill loads eight bytes but counts whole bytes only.
 * The bits above the valid ones are already correct, so the next refill may
 * store the same bits there again.
 *
 * Each code has a decoding table of two levels. The next bits of input index
 * the first level; longer codes lead to the second level. An entry has 32 bits:
 *
 *	bits 0-7	bits to drop for a literal, a distance or a code length,
 *			including the extra bits; 0 for a length
 *	bits 8-11	bits of the code alone, on this level of the table
 *	bits 12-15	flags
 *	bits 16-30	the literal; or the base to add to the extra bits: of a
 *			distance, or in bits 16-24 of a length
 *	bits 25-30	bits to drop for a length, including the extra bits
 *	bit 31		set for a literal
 *
 * The fast loop writes a byte and drops bits without testing whether the symbol
 * is a literal. For other symbols, bits 0-7 and bit 31 are 0: no bit is
 * dropped, the output does not advance, and the byte is overwritten later.
 *
 * An entry with ENTRY_SUB refers to the second level: its table starts at the
 * entry whose number is in bits 16-30, and the number of index bits is in
 * bits 8-11.
 */
#ifdef __KERNEL__
#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/minmax.h>
#include <linux/string.h>
#ifdef CONFIG_X86_64
#include <asm/cpufeature.h>
#endif
#include "compat.h"
#endif

#include "inflate.h"

#define ENTRY_LITERAL	0x80000000
#define ENTRY_SPECIAL	0x4000		/* with neither bit set: a match */
#define ENTRY_SUB	0x2000		/* special: second level */
#define ENTRY_END	0x1000		/* special: end of block */
#define ENTRY_INVALID	ENTRY_SPECIAL	/* special: no symbol has this code */

#define LITLEN_BITS	STARGZ_INFLATE_LITLEN_BITS
#define DIST_BITS	STARGZ_INFLATE_DIST_BITS
#define CODELEN_BITS	7
#define CODELEN_EXTRA	7		/* maximum number of extra bits */

#define CODELENS	19
#define MAX_LITLENS	286
#define MAX_DISTS	30
#define MAX_CODE_BITS	15
#define END_OF_BLOCK	256

/* Number of parts of an alphabet that are sorted side by side. */
#define QUARTERS	4

/*
 * Increment of an entry for one more bit of code: adds to the bits to drop and
 * to the bits of the code.
 */
#define ENTRY_CODE_BIT	0x101
#define ENTRY_LEN_BIT	0x2000100

/* Limits of RFC 1951: extra bits, and the shortest match in bytes. */
#define MAX_LEN_EXTRA	5
#define MAX_DIST_EXTRA	13
#define MIN_MATCH	3

/* Maximum number of bits of a length and of a distance. */
#define LEN_TAKE	(MAX_CODE_BITS + MAX_LEN_EXTRA)
#define DIST_TAKE	(MAX_CODE_BITS + MAX_DIST_EXTRA)

/*
 * Valid bits after a refill with eight bytes of input; bytes of input that a
 * refill reads; maximum number of bytes that it counts.
 */
#define REFILL_BITS	56
#define REFILL_READ	8
#define REFILL_USE	7

/* Maximum number of literals that one iteration of the fast loop decodes. */
#define FAST_LITERALS	3
/* Bytes of input that an iteration needs. */
#define FAST_IN		24
/* Maximum number of bytes that a copy by words accesses beyond its match. */
#define COPY_OUT	24
/* Number of words that such a copy always writes. */
#define COPY_WORDS	3
/*
 * Bytes of room for output that an iteration needs. If a match does not fit,
 * the careful loop copies it.
 */
#define FAST_OUT	(FAST_LITERALS + COPY_OUT)
/* Bytes of input that the header of a block needs. */
#define HEADER_IN	640

/* Maximum size of a block header in bits: that of a dynamic block. */
#define HEADER_BITS	(3 + 14 + 3 * CODELENS + (MAX_LITLENS + MAX_DISTS) * \
			 (CODELEN_BITS + CODELEN_EXTRA))
/* The header of a stored block has less than a byte of padding and 4 bytes. */
static_assert(3 + 7 + 4 * 8 <= HEADER_BITS);
/* The header may start in a partly used byte. */
static_assert((7 + HEADER_BITS + 7) / 8 <= HEADER_IN);

/* Each table has its first level; entries refer to the second in 15 bits. */
static_assert(STARGZ_INFLATE_LITLEN_SIZE >= 1 << LITLEN_BITS);
static_assert(STARGZ_INFLATE_DIST_SIZE >= 1 << DIST_BITS);
static_assert(STARGZ_INFLATE_LITLEN_SIZE <= 1 << 15);
static_assert(STARGZ_INFLATE_DIST_SIZE <= 1 << 15);
/* The code for code lengths has one level, in the table of distances. */
static_assert(1 << CODELEN_BITS <= STARGZ_INFLATE_DIST_SIZE);
/* Fields of an entry: code bits, bits to drop of a length and of others. */
static_assert(MAX_CODE_BITS < 1 << 4);
static_assert(LEN_TAKE < 1 << 6);
static_assert(DIST_TAKE < 1 << 8);

enum stargz_inflate_state {
	STATE_HEADER,		/* at the header of a block */
	STATE_STORED,		/* in a stored block, @left bytes remain */
	STATE_CODES,		/* in a compressed block; match first */
	STATE_ENDED,		/* ended with @status */
};

enum stargz_inflate_code {
	CODE_CODELEN,
	CODE_LITLEN,
	CODE_DIST,
};

#define DIST(base, extra) ((base) << 16 | (extra))
#define LEN(base, extra) ((base) << 16 | (extra) << 25)

/* Symbols from 256 on of the literal/length code, RFC 1951 3.2.5. */
static const u32 stargz_litlen_entry[] = {
	ENTRY_SPECIAL | ENTRY_END,
	LEN(3, 0), LEN(4, 0), LEN(5, 0), LEN(6, 0), LEN(7, 0),
	LEN(8, 0), LEN(9, 0), LEN(10, 0), LEN(11, 1), LEN(13, 1),
	LEN(15, 1), LEN(17, 1), LEN(19, 2), LEN(23, 2), LEN(27, 2),
	LEN(31, 2), LEN(35, 3), LEN(43, 3), LEN(51, 3), LEN(59, 3),
	LEN(67, 4), LEN(83, 4), LEN(99, 4), LEN(115, 4), LEN(131, 5),
	LEN(163, 5), LEN(195, 5), LEN(227, 5), LEN(258, 0),
	ENTRY_INVALID, ENTRY_INVALID,
};

static const u32 stargz_dist_entry[STARGZ_INFLATE_DISTS] = {
	DIST(1, 0), DIST(2, 0), DIST(3, 0), DIST(4, 0), DIST(5, 1),
	DIST(7, 1), DIST(9, 2), DIST(13, 2), DIST(17, 3), DIST(25, 3),
	DIST(33, 4), DIST(49, 4), DIST(65, 5), DIST(97, 5), DIST(129, 6),
	DIST(193, 6), DIST(257, 7), DIST(385, 7), DIST(513, 8),
	DIST(769, 8), DIST(1025, 9), DIST(1537, 9), DIST(2049, 10),
	DIST(3073, 10), DIST(4097, 11), DIST(6145, 11), DIST(8193, 12),
	DIST(12289, 12), DIST(16385, 13), DIST(24577, 13),
	ENTRY_INVALID, ENTRY_INVALID,
};

/* Extra bits of the code for code lengths. */
static const u8 stargz_codelen_extra[CODELENS] = {
	[16] = 2, [17] = 3, [18] = CODELEN_EXTRA,
};

/* The order in which the lengths of the code for code lengths are stored. */
static const u8 stargz_codelen_order[CODELENS] = {
	16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
};

static inline unsigned int entry_code_bits(u32 entry)
{
	return entry >> 8 & 15;
}

/* Bits of the code of a length or a distance, including its extra bits. */
static inline unsigned int entry_len_bits(u32 entry)
{
	return entry >> 25;
}

static inline unsigned int entry_dist_bits(u32 entry)
{
	return (u8)entry;
}

/* The value to add to the extra bits. */
static inline u32 entry_len_base(u32 entry)
{
	return entry >> 16 & 511;
}

static inline u32 entry_dist_base(u32 entry)
{
	return entry >> 16;
}

static inline u64 low_bits(u64 word, unsigned int n)
{
	return word & ((1ULL << n) - 1);
}

/* End the stream. Returns false as a convenience for callers. */
static bool stargz_inflate_stop(struct stargz_inflate *s,
				enum stargz_inflate_status status)
{
	s->state = STATE_ENDED;
	s->status = status;
	return false;
}

static bool stargz_inflate_bad(struct stargz_inflate *s, const char *why)
{
	s->why = why;
	return stargz_inflate_stop(s, STARGZ_INFLATE_BAD);
}

static bool stargz_inflate_truncated(struct stargz_inflate *s)
{
	return stargz_inflate_stop(s, STARGZ_INFLATE_TRUNCATED);
}

/* Must the caller feed more input before a step that needs @need bytes? */
static inline bool stargz_inflate_hungry(const struct stargz_inflate *s,
					 size_t need)
{
	return unlikely(s->more) && (size_t)(s->end - s->next) < need;
}

/* Fill the bit buffer: at least 56 bits, or all remaining input. */
static void stargz_inflate_refill(struct stargz_inflate *s)
{
	if (likely(s->end - s->next >= REFILL_READ)) {
		s->hold |= get_unaligned_le64(s->next) << s->bits;
		s->next += (63 - s->bits) >> 3;
		s->bits |= REFILL_BITS;
		return;
	}
	while (s->bits < REFILL_BITS && s->next < s->end) {
		s->hold |= (u64)*s->next++ << s->bits;
		s->bits += 8;
	}
}

static inline void stargz_inflate_drop(struct stargz_inflate *s, unsigned int n)
{
	s->hold >>= n;
	s->bits -= n;
}

/*
 * Each step fits into one refill: the careful loop takes a code or the extra
 * bits, and the header of a dynamic block takes three numbers.
 */
static_assert(MAX_CODE_BITS <= REFILL_BITS);
static_assert(MAX_DIST_EXTRA <= REFILL_BITS && MAX_LEN_EXTRA <= REFILL_BITS);
static_assert(14 <= REFILL_BITS);

/* Take @n bits into *@value; false if the input ends first. */
static bool stargz_inflate_take(struct stargz_inflate *s, unsigned int n,
				u32 *value)
{
	if (s->bits < n)
		stargz_inflate_refill(s);
	if (s->bits < n)
		return stargz_inflate_truncated(s);
	*value = low_bits(s->hold, n);
	stargz_inflate_drop(s, n);
	return true;
}

/*
 * Take the code of a symbol, without the extra bits after it. False if the
 * input ends first.
 */
static bool stargz_inflate_symbol(struct stargz_inflate *s, const u32 *table,
				  unsigned int root, u32 *entry)
{
	unsigned int n = 0;
	u32 e;

	if (s->bits < MAX_CODE_BITS)
		stargz_inflate_refill(s);
	e = table[low_bits(s->hold, root)];
	if (e & ENTRY_SUB) {
		n = root;
		e = table[(e >> 16) + low_bits(s->hold >> root,
					       entry_code_bits(e))];
	}
	n += entry_code_bits(e);
	if (s->bits < n)
		return stargz_inflate_truncated(s);
	stargz_inflate_drop(s, n);
	*entry = e;
	return true;
}

/* Take the @n extra bits of a length or distance; sets *@value to the sum. */
static bool stargz_inflate_extra(struct stargz_inflate *s, unsigned int n,
				 u32 base, u32 *value)
{
	if (!stargz_inflate_take(s, n, value))
		return false;
	*value += base;
	return true;
}

/* The entry of a symbol, without the bits of its code. */
static inline u32 stargz_inflate_entry(enum stargz_inflate_code code,
				       unsigned int symbol)
{
	if (code == CODE_DIST)
		return stargz_dist_entry[symbol];
	if (code == CODE_CODELEN)
		return symbol << 16 | stargz_codelen_extra[symbol];
	if (symbol < END_OF_BLOCK)
		return symbol << 16 | ENTRY_LITERAL;
	return stargz_litlen_entry[symbol - END_OF_BLOCK];
}

/* Add the bits of the code to an entry. */
static inline u32 stargz_inflate_coded(u32 entry, unsigned int bits,
				       enum stargz_inflate_code code)
{
	if (code == CODE_LITLEN && !(entry & ENTRY_LITERAL))
		return entry + bits * ENTRY_LEN_BIT;
	return entry + bits * ENTRY_CODE_BIT;
}

/*
 * The code of @bits bits that follows @code. The first bit of a code is its
 * most significant bit, but the lowest bit here, so carry propagates downwards.
 */
static inline u32 stargz_inflate_next(u32 code, unsigned int bits)
{
	/* The result after the last code is unused. */
	u32 bit = BIT(__fls((code ^ (BIT(bits) - 1)) | 1));

	return (code & (bit - 1)) | bit;
}

/*
 * Index bits of the second-level table that starts with @left codes of @bits.
 */
static unsigned int stargz_inflate_sub_bits(const u16 *count, unsigned int left,
					    unsigned int bits,
					    unsigned int root)
{
	unsigned int n = bits - root;

	while (left < BIT(n)) {
		n++;
		left = (left << 1) + count[root + n];
	}
	return n;
}

/*
 * Fill in codes longer than @root, from @code on; @symbols are in code order.
 */
static void stargz_inflate_fill_subs(u32 *table, unsigned int root,
				     const u16 *count, const u16 *symbols,
				     u32 code, enum stargz_inflate_code kind)
{
	u32 free = BIT(root), sub = 0, prefix, last = ~0, i, e;
	unsigned int bits, n = 0, left;

	for (bits = root + 1; bits <= MAX_CODE_BITS; bits++) {
		for (left = count[bits]; left; left--) {
			prefix = low_bits(code, root);
			if (prefix != last) {
				last = prefix;
				n = stargz_inflate_sub_bits(count, left, bits,
							    root);
				sub = free;
				free += BIT(n);
				table[prefix] = ENTRY_SPECIAL | ENTRY_SUB |
						sub << 16 | n << 8;
			}
			e = stargz_inflate_entry(kind, *symbols++);
			e = stargz_inflate_coded(e, bits - root, kind);
			for (i = code >> root; i < BIT(n);
			     i += BIT(bits - root))
				table[sub + i] = e;
			code = stargz_inflate_next(code, bits);
		}
	}
}

/* Build the table of a complete code; @symbols are sorted by their codes. */
static void stargz_inflate_fill(u32 *table, unsigned int root,
				const u16 *count, const u16 *symbols,
				enum stargz_inflate_code kind)
{
	unsigned int bits, left;
	bool any = false;
	u32 code = 0, e;

	/*
	 * Two copies of the table for codes up to some length are the table
	 * for codes one bit longer, except for the entries of longer codes.
	 */
	for (bits = 1; bits <= root; bits++) {
		if (any)
			memcpy(table + BIT(bits - 1), table,
			       sizeof(*table) << (bits - 1));
		for (left = count[bits]; left; left--) {
			any = true;
			e = stargz_inflate_entry(kind, *symbols++);
			table[code] = stargz_inflate_coded(e, bits, kind);
			code = stargz_inflate_next(code, bits);
		}
	}
	stargz_inflate_fill_subs(table, root, count, symbols, code, kind);
}

/*
 * Build the table of an incomplete code: a code without symbols, or with one
 * symbol whose code is 0. Using another code is an error. As an exception, zlib
 * decodes every code of an empty code for code lengths as length 0; do the
 * same.
 */
static void stargz_inflate_fill_short(u32 *table, unsigned int root,
				      bool empty, unsigned int symbol,
				      enum stargz_inflate_code kind)
{
	u32 invalid = kind == CODE_CODELEN ? 0 : ENTRY_INVALID;
	u32 i;

	table[0] = invalid;
	if (!empty)
		table[0] = stargz_inflate_entry(kind, symbol);
	table[0] = stargz_inflate_coded(table[0], 1, kind);
	table[1] = stargz_inflate_coded(invalid, 1, kind);
	for (i = 2; i < BIT(root); i++)
		table[i] = table[i - 2];
}

/*
 * Count the code lengths of each quarter of the symbols. Incrementing a counter
 * in memory takes some cycles, and neighbouring symbols often have codes of
 * equal length. Separate counters for each quarter avoid waiting for the
 * previous increment.
 */
static void stargz_inflate_count(const u8 *lens, unsigned int n,
				 u16 count[QUARTERS][MAX_CODE_BITS + 1])
{
	unsigned int quarter = n / QUARTERS, i;

	memset(count, 0, sizeof(*count) * QUARTERS);
	for (i = 0; i < quarter; i++) {
		count[0][lens[i]]++;
		count[1][lens[quarter + i]]++;
		count[2][lens[2 * quarter + i]]++;
		count[3][lens[3 * quarter + i]]++;
	}
	for (i = QUARTERS * quarter; i < n; i++)
		count[3][lens[i]]++;
}

/*
 * Sort symbols by their codes: shorter codes first, and by symbol for equal
 * lengths. @place holds the start positions of each quarter.
 */
static void stargz_inflate_sort(u16 *sorted, const u8 *lens, unsigned int n,
				u16 place[QUARTERS][MAX_CODE_BITS + 1])
{
	unsigned int quarter = n / QUARTERS, i;

	for (i = 0; i < quarter; i++) {
		sorted[place[0][lens[i]]++] = i;
		sorted[place[1][lens[quarter + i]]++] = quarter + i;
		sorted[place[2][lens[2 * quarter + i]]++] = 2 * quarter + i;
		sorted[place[3][lens[3 * quarter + i]]++] = 3 * quarter + i;
	}
	for (i = QUARTERS * quarter; i < n; i++)
		sorted[place[3][lens[i]]++] = i;
}

/*
 * Build the decoding table of a code; @lens holds the code lengths of its @n
 * symbols. Returns whether the code is valid.
 */
static bool stargz_inflate_table(struct stargz_inflate *s, u32 *table,
				 unsigned int root, const u8 *lens,
				 unsigned int n, enum stargz_inflate_code kind)
{
	u16 place[QUARTERS][MAX_CODE_BITS + 1], count[MAX_CODE_BITS + 1];
	unsigned int bits, i, sum = 0;
	int left = 2;	/* twice the number of unused codes */

	stargz_inflate_count(lens, n, place);
	for (bits = 0; bits <= MAX_CODE_BITS; bits++) {
		count[bits] = sum;
		for (i = 0; i < QUARTERS; i++) {
			u16 here = place[i][bits];

			place[i][bits] = sum;
			sum += here;
		}
		count[bits] = sum - count[bits];
		if (!bits)
			continue;
		left -= count[bits];
		if (left < 0)
			return false;
		left <<= 1;
	}
	stargz_inflate_sort(s->sorted, lens, n, place);
	if (likely(!left)) {
		stargz_inflate_fill(table, root, count, s->sorted + count[0],
				    kind);
		return true;
	}
	/* Only a code with a single symbol of one bit may be incomplete. */
	if (count[0] < n &&
	    (kind == CODE_CODELEN || !count[1] || count[0] + 1U < n))
		return false;
	stargz_inflate_fill_short(table, root, count[0] == n,
				  s->sorted[n - 1], kind);
	return true;
}

static bool stargz_inflate_fixed(struct stargz_inflate *s)
{
	u8 *lens = s->lens;

	s->state = STATE_CODES;
	if (s->fixed)
		return true;
	s->fixed = true;
	memset(lens, 8, 144);
	memset(lens + 144, 9, 112);
	memset(lens + 256, 7, 24);
	memset(lens + 280, 8, 8);
	stargz_inflate_table(s, s->litlen, LITLEN_BITS, lens,
			     STARGZ_INFLATE_LITLENS, CODE_LITLEN);
	memset(lens, 5, STARGZ_INFLATE_DISTS);
	stargz_inflate_table(s, s->dists, DIST_BITS, lens,
			     STARGZ_INFLATE_DISTS, CODE_DIST);
	return true;
}

/*
 * Expand a repeat symbol of the code for code lengths at position @at of @n in
 * total; RFC 1951 3.2.7. @count holds its extra bits. Returns the number of
 * lengths written, or 0 for an invalid symbol.
 */
static unsigned int stargz_inflate_repeat(struct stargz_inflate *s,
					  unsigned int symbol, u32 count,
					  unsigned int at, unsigned int n)
{
	u8 len = 0;

	count += symbol == 18 ? 11 : 3;
	if (symbol == 16) {
		if (!at) {
			stargz_inflate_bad(s, "no code length to repeat");
			return 0;
		}
		len = s->lens[at - 1];
	}
	if (count > n - at) {
		stargz_inflate_bad(s, "too many code lengths");
		return 0;
	}
	memset(s->lens + at, len, count);
	return count;
}

/* A code length including its extra bits fits into a refill. */
static_assert(CODELEN_BITS + CODELEN_EXTRA <= REFILL_BITS);

/* Read @n code lengths with the code in @dists. */
static bool stargz_inflate_lens(struct stargz_inflate *s, unsigned int n)
{
	unsigned int bits = s->bits, i = 0, symbol, count;
	u64 hold = s->hold;
	u32 entry;

	while (i < n) {
		if (bits < CODELEN_BITS + CODELEN_EXTRA) {
			s->hold = hold;
			s->bits = bits;
			stargz_inflate_refill(s);
			hold = s->hold;
			bits = s->bits;
		}
		entry = s->dists[low_bits(hold, CODELEN_BITS)];
		if (unlikely(bits < (u8)entry))
			return stargz_inflate_truncated(s);
		count = low_bits(hold, (u8)entry) >> entry_code_bits(entry);
		hold >>= (u8)entry;
		bits -= (u8)entry;
		symbol = entry >> 16;
		if (symbol < 16) {
			s->lens[i++] = symbol;
			continue;
		}
		count = stargz_inflate_repeat(s, symbol, count, i, n);
		if (!count)
			return false;
		i += count;
	}
	s->hold = hold;
	s->bits = bits;
	return true;
}

static bool stargz_inflate_dynamic(struct stargz_inflate *s)
{
	u32 counts, litlens, dists, codelens, i, len;

	if (!stargz_inflate_take(s, 14, &counts))
		return false;
	litlens = 257 + (counts & 31);
	dists = 1 + (counts >> 5 & 31);
	codelens = 4 + (counts >> 10);
	if (litlens > MAX_LITLENS || dists > MAX_DISTS)
		return stargz_inflate_bad(s, "too many symbols");

	memset(s->lens, 0, CODELENS);
	for (i = 0; i < codelens; i++) {
		if (!stargz_inflate_take(s, 3, &len))
			return false;
		s->lens[stargz_codelen_order[i]] = len;
	}
	s->fixed = false;
	if (!stargz_inflate_table(s, s->dists, CODELEN_BITS, s->lens, CODELENS,
				  CODE_CODELEN))
		return stargz_inflate_bad(s, "invalid code of code lengths");
	if (!stargz_inflate_lens(s, litlens + dists))
		return false;
	if (!s->lens[END_OF_BLOCK])
		return stargz_inflate_bad(s, "no code for the end of block");
	if (!stargz_inflate_table(s, s->litlen, LITLEN_BITS, s->lens, litlens,
				  CODE_LITLEN))
		return stargz_inflate_bad(s, "invalid code of literals");
	if (!stargz_inflate_table(s, s->dists, DIST_BITS, s->lens + litlens,
				  dists, CODE_DIST))
		return stargz_inflate_bad(s, "invalid code of distances");
	s->state = STATE_CODES;
	return true;
}

static bool stargz_inflate_stored(struct stargz_inflate *s)
{
	const u8 *p;

	/* Skip to the next byte, and return unused bytes to the input. */
	s->next -= s->bits >> 3;
	s->hold = 0;
	s->bits = 0;
	p = s->next;
	if (s->end - p < 4)
		return stargz_inflate_truncated(s);
	if ((p[0] ^ p[2]) != 0xff || (p[1] ^ p[3]) != 0xff)
		return stargz_inflate_bad(s, "length of stored block damaged");
	s->left = p[0] | p[1] << 8;
	s->next += 4;
	s->state = STATE_STORED;
	return true;
}

/* Read the header of a block; false if the stream ended. */
static bool stargz_inflate_header(struct stargz_inflate *s)
{
	u32 header;

	if (!s->final && stargz_inflate_hungry(s, HEADER_IN))
		return false;
	if (s->final)
		return stargz_inflate_stop(s, STARGZ_INFLATE_END);
	if (!stargz_inflate_take(s, 3, &header))
		return false;
	s->final = header & 1;
	s->left = 0;
	switch (header >> 1) {
	case 0:
		return stargz_inflate_stored(s);
	case 1:
		return stargz_inflate_fixed(s);
	case 2:
		return stargz_inflate_dynamic(s);
	default:
		return stargz_inflate_bad(s, "invalid block type");
	}
}

/* Output of a run: @base starts the history, @first is the first new byte. */
struct stargz_inflate_out {
	u8 *base;
	u8 *first;
	u8 *next;
	u8 *end;
};

/* A run with room for output ends when the room is filled. */
static inline bool stargz_inflate_full(const struct stargz_inflate_out *out)
{
	return out->next == out->end && out->next > out->first;
}

/* Copy the part of a stored block that fits; false if some is left. */
static bool stargz_inflate_copy_stored(struct stargz_inflate *s,
				       struct stargz_inflate_out *out)
{
	size_t n = min_t(size_t, s->left, s->end - s->next);

	n = min_t(size_t, n, out->end - out->next);
	memcpy(out->next, s->next, n);
	out->next += n;
	s->next += n;
	s->left -= n;
	if (!s->left)
		s->state = STATE_HEADER;
	else if (s->next == s->end && !s->more && !stargz_inflate_full(out))
		stargz_inflate_truncated(s);
	return !s->left;
}

/* Copy the part of a match that fits; false if some is left, or on error. */
static bool stargz_inflate_copy_match(struct stargz_inflate *s,
				      struct stargz_inflate_out *out)
{
	size_t n = min_t(size_t, s->left, out->end - out->next);
	size_t done = out->next - out->base, back, k;
	const u8 *from;

	if (s->dist > done) {
		back = s->dist - done;
		if (back > s->dict_len)
			return stargz_inflate_bad(s, "distance too far back");
		k = min_t(size_t, n, back);
		memcpy(out->next, s->dict + s->dict_len - back, k);
		if (s->dict_used)
			memset(s->dict_used + s->dict_len - back, 1, k);
		out->next += k;
		s->left -= k;
		n -= k;
	}
	s->left -= n;
	if (!n)
		return !s->left;
	/* The match may overlap with its copy, so copy byte by byte. */
	from = out->next - s->dist;
	while (n--)
		*out->next++ = *from++;
	return !s->left;
}

/*
 * Decode one symbol, for a match including its distance; false if the output is
 * full or the stream ended.
 */
static bool stargz_inflate_step(struct stargz_inflate *s,
				struct stargz_inflate_out *out)
{
	u64 hold = s->hold;
	u32 bits = s->bits;
	const u8 *next = s->next;
	u32 entry;

	if (!stargz_inflate_symbol(s, s->litlen, LITLEN_BITS, &entry))
		return false;
	if (entry & ENTRY_LITERAL) {
		if (out->next < out->end) {
			*out->next++ = entry >> 16;
			return true;
		}
		/* No room: put the symbol back for the next run. */
		s->hold = hold;
		s->bits = bits;
		s->next = next;
		return false;
	}
	if (entry & ENTRY_END) {
		s->state = STATE_HEADER;
		return true;
	}
	if (entry & ENTRY_SPECIAL)
		return stargz_inflate_bad(s, "invalid code of a literal");
	if (!stargz_inflate_extra(s, entry_len_bits(entry) -
				  entry_code_bits(entry),
				  entry_len_base(entry), &s->left) ||
	    !stargz_inflate_symbol(s, s->dists, DIST_BITS, &entry))
		return false;
	if (entry & ENTRY_SPECIAL)
		return stargz_inflate_bad(s, "invalid code of a distance");
	return stargz_inflate_extra(s, entry_dist_bits(entry) -
				    entry_code_bits(entry),
				    entry_dist_base(entry), &s->dist) &&
	       stargz_inflate_copy_match(s, out);
}

static __always_inline void stargz_copy_word(u8 **to, const u8 **from, size_t n)
{
	put_unaligned_le64(get_unaligned_le64(*from), *to);
	*to += n;
	*from += n;
}

/*
 * The words that are always written may exceed the shortest match. The last
 * word of a longer match starts within the match.
 */
static_assert(COPY_WORDS * 8 <= MIN_MATCH + COPY_OUT);
static_assert(8 - 1 <= COPY_OUT);

/*
 * Copy a match by words of eight bytes. @dist is at least 1; if it is less than
 * 8, @from is before @out. Accesses up to COPY_OUT bytes beyond @len.
 */
static __always_inline void stargz_inflate_copy_words(u8 *out, const u8 *from,
						      size_t dist, size_t len)
{
	const u8 *end = out + len;
	u64 word;

	if (likely(dist >= 8)) {
		/* Most matches are short: copy COPY_WORDS without a test. */
		stargz_copy_word(&out, &from, 8);
		stargz_copy_word(&out, &from, 8);
		stargz_copy_word(&out, &from, 8);
		while (out < end)
			stargz_copy_word(&out, &from, 8);
	} else if (dist == 1) {
		word = *from * 0x0101010101010101ULL;
		do {
			put_unaligned_le64(word, out);
			out += 8;
		} while (out < end);
	} else {
		/* The first @dist bytes of each word are correct. */
		do {
			stargz_copy_word(&out, &from, dist);
		} while (out < end);
	}
}

/*
 * Source of a match at distance @dist if it can be copied from the history by
 * words; else NULL. @done is the number of bytes between @base and the output
 * position.
 */
static noinline const u8 *stargz_inflate_past(struct stargz_inflate *s,
					      size_t done, size_t dist,
					      size_t len)
{
	size_t back = dist - done, at;

	if (dist <= done || back > s->dict_len || back < len + COPY_OUT)
		return NULL;
	at = s->dict_len - back;
	if (s->dict_used)
		memset(s->dict_used + at, 1, len);
	return s->dict + at;
}

/*
 * Local copies of the state, for registers. Only the low byte of @bits is
 * valid.
 * @entry is the entry of the next bits.
 */
struct stargz_fast {
	struct stargz_inflate *s;
	const u8 *next;
	u64 hold;
	u32 bits;
	u32 entry;
	u8 *out;
	const u8 *base;
	const u8 *in_last;
	const u8 *out_last;
	const u8 *copy_last;
};

/* Refill to at least REFILL_BITS. */
static __always_inline void stargz_fast_refill(struct stargz_fast *f)
{
	f->hold |= get_unaligned_le64(f->next) << (u8)f->bits;
	f->next += REFILL_USE - (f->bits >> 3 & 7);
	f->bits |= REFILL_BITS;
}

static __always_inline void stargz_fast_drop(struct stargz_fast *f,
					     unsigned int n)
{
	f->hold >>= (u8)n;
	f->bits -= n;
}

/* Look up the entry of the next symbol. */
static __always_inline void stargz_fast_look(struct stargz_fast *f)
{
	f->entry = f->s->litlen[low_bits(f->hold, LITLEN_BITS)];
}

/*
 * Write and drop a literal and look up the next entry. For other symbols this
 * only writes a byte that is overwritten later.
 */
static __always_inline void stargz_fast_literal(struct stargz_fast *f)
{
	u32 entry = f->entry;

	*f->out = entry >> 16;
	f->out += entry >> 31;
	stargz_fast_drop(f, entry);
	stargz_fast_look(f);
}

/* Take a symbol of @n bits including extra bits; returns their value. */
static __always_inline u32 stargz_fast_extra(struct stargz_fast *f,
					     u32 entry, unsigned int n)
{
	u64 hold = f->hold;

	stargz_fast_drop(f, n);
	return low_bits(hold, (u8)n) >> entry_code_bits(entry);
}

/* Take the first level of a code; returns its entry on the second level. */
static __always_inline u32 stargz_fast_sub(struct stargz_fast *f,
					   const u32 *table, unsigned int root,
					   u32 entry)
{
	stargz_fast_drop(f, root);
	return table[(entry >> 16) + low_bits(f->hold, entry_code_bits(entry))];
}

static __always_inline void
stargz_fast_begin(struct stargz_fast *f, struct stargz_inflate *s,
		  const struct stargz_inflate_out *out)
{
	f->s = s;
	f->next = s->next;
	f->hold = s->hold;
	f->bits = s->bits;
	f->out = out->next;
	f->base = out->base;
	f->in_last = s->end - FAST_IN;
	f->out_last = out->end - FAST_OUT;
	f->copy_last = out->end - COPY_OUT;
	stargz_fast_refill(f);
	stargz_fast_look(f);
}

static __always_inline void stargz_fast_end(const struct stargz_fast *f,
					    struct stargz_inflate_out *out)
{
	out->next = f->out;
	f->s->next = f->next;
	f->s->hold = f->hold;
	f->s->bits = (u8)f->bits;
}

/* Are there FAST_IN bytes of input and FAST_OUT bytes of room for output? */
static __always_inline bool stargz_fast_room(const struct stargz_fast *f)
{
	return f->next <= f->in_last && f->out <= f->out_last;
}

/*
 * The bits that an iteration takes from one refill. It begins with REFILL_BITS
 * and with the entry of the first symbol.
 *
 * Literals that the first level decodes, and the look-up of the next entry:
 */
static_assert(FAST_LITERALS * LITLEN_BITS + LITLEN_BITS <= REFILL_BITS);
/* the same with a last literal on the second level: */
static_assert((FAST_LITERALS - 1) * LITLEN_BITS + MAX_CODE_BITS + LITLEN_BITS <=
	      REFILL_BITS);
/* literals followed by a length: */
static_assert((FAST_LITERALS - 1) * LITLEN_BITS + LEN_TAKE <= REFILL_BITS);
/* and a distance, after a check that enough bits are left: */
static_assert(DIST_TAKE <= REFILL_BITS);
/*
 * There are up to three refills: one in stargz_fast_begin(), one before the
 * distance and one at the end of the iteration. The last one reads after the
 * bytes that the others have used.
 */
static_assert(2 * REFILL_USE + REFILL_READ <= FAST_IN);
/*
 * Each literal writes one byte. When a match follows the literals, the
 * remaining room is at least the excess of a copy. The difference that is
 * compared with the length of the match is therefore not negative.
 */
static_assert(FAST_LITERALS + COPY_OUT <= FAST_OUT);

/*
 * Decode some symbols. Returns false at the end of the block or of the stream.
 * Also returns false, with the match in @left and @dist, if the match starts
 * before @base and reaches into the output, or if there is no room to copy it
 * by words.
 *
 * Most symbols are short, so the check before the distance rarely leads to a
 * refill and costs less than an unconditional refill.
 */
static __always_inline bool stargz_fast_step(struct stargz_fast *f)
{
	struct stargz_inflate *s = f->s;
	u32 entry, len, dist;
	const u8 *from;

	stargz_fast_literal(f);
	stargz_fast_literal(f);
	if (f->entry & ENTRY_LITERAL) {
		stargz_fast_literal(f);
		stargz_fast_refill(f);
		return true;
	}
	if (unlikely(f->entry & ENTRY_SPECIAL)) {
		if (f->entry & ENTRY_SUB)
			f->entry = stargz_fast_sub(f, s->litlen, LITLEN_BITS,
						   f->entry);
		if (f->entry & ENTRY_LITERAL) {
			stargz_fast_literal(f);
			stargz_fast_refill(f);
			return true;
		}
		if (unlikely(f->entry & ENTRY_SPECIAL)) {
			stargz_fast_drop(f, entry_code_bits(f->entry));
			s->state = STATE_HEADER;
			if (!(f->entry & ENTRY_END))
				stargz_inflate_bad(s, "invalid code of a literal");
			return false;
		}
	}
	len = entry_len_base(f->entry) +
	      stargz_fast_extra(f, f->entry, entry_len_bits(f->entry));
	if (unlikely((u8)f->bits < DIST_TAKE))
		stargz_fast_refill(f);
	entry = s->dists[low_bits(f->hold, DIST_BITS)];
	if (unlikely(entry & ENTRY_SPECIAL)) {
		if (entry & ENTRY_SUB)
			entry = stargz_fast_sub(f, s->dists, DIST_BITS, entry);
		if (entry & ENTRY_SPECIAL)
			return stargz_inflate_bad(s, "invalid code of a distance");
	}
	dist = entry_dist_base(entry) +
	       stargz_fast_extra(f, entry, entry_dist_bits(entry));
	from = f->out - dist;
	if (unlikely(dist > f->out - f->base || len > f->copy_last - f->out)) {
		from = NULL;
		if (len <= f->copy_last - f->out)
			from = stargz_inflate_past(s, f->out - f->base, dist,
						   len);
		if (!from) {
			s->left = len;
			s->dist = dist;
			return false;
		}
		/* The history does not overlap with the output: copy words. */
		dist = COPY_OUT;
	}
	stargz_fast_refill(f);
	stargz_fast_look(f);
	stargz_inflate_copy_words(f->out, from, dist, len);
	f->out += len;
	return true;
}

static __always_inline void
stargz_inflate_fast(struct stargz_inflate *s, struct stargz_inflate_out *out)
{
	struct stargz_fast f;

	stargz_fast_begin(&f, s, out);
	while (stargz_fast_step(&f) && stargz_fast_room(&f))
		;
	stargz_fast_end(&f, out);
}

/*
 * Decode two streams in turns. In one stream each look-up waits for the
 * previous one. The look-ups of the other stream are independent and fill that
 * time.
 */
static __always_inline void
stargz_inflate_fast_two(struct stargz_inflate *s0,
			struct stargz_inflate_out *out0,
			struct stargz_inflate *s1,
			struct stargz_inflate_out *out1)
{
	struct stargz_fast f0, f1;

	stargz_fast_begin(&f0, s0, out0);
	stargz_fast_begin(&f1, s1, out1);
	while (stargz_fast_step(&f0) && stargz_fast_step(&f1) &&
	       stargz_fast_room(&f0) && stargz_fast_room(&f1))
		;
	stargz_fast_end(&f0, out0);
	stargz_fast_end(&f1, out1);
}

/* The code is compiled twice: BMI2 needs fewer shift and mask instructions. */
static void stargz_inflate_fast_any(struct stargz_inflate *s,
				    struct stargz_inflate_out *out)
{
	stargz_inflate_fast(s, out);
}

static void stargz_inflate_fast_two_any(struct stargz_inflate *s0,
					struct stargz_inflate_out *out0,
					struct stargz_inflate *s1,
					struct stargz_inflate_out *out1)
{
	stargz_inflate_fast_two(s0, out0, s1, out1);
}

#if defined(__KERNEL__) ? defined(CONFIG_X86_64) : defined(__x86_64__)
static __attribute__((target("bmi,bmi2"))) void
stargz_inflate_fast_bmi2(struct stargz_inflate *s,
			 struct stargz_inflate_out *out)
{
	stargz_inflate_fast(s, out);
}

static __attribute__((target("bmi,bmi2"))) void
stargz_inflate_fast_two_bmi2(struct stargz_inflate *s0,
			     struct stargz_inflate_out *out0,
			     struct stargz_inflate *s1,
			     struct stargz_inflate_out *out1)
{
	stargz_inflate_fast_two(s0, out0, s1, out1);
}

static bool stargz_inflate_has_bmi2(void)
{
#ifdef __KERNEL__
	return boot_cpu_has(X86_FEATURE_BMI1) &&
	       boot_cpu_has(X86_FEATURE_BMI2);
#else
	return __builtin_cpu_supports("bmi") &&
	       __builtin_cpu_supports("bmi2");
#endif
}
#else
#define stargz_inflate_fast_bmi2	stargz_inflate_fast_any
#define stargz_inflate_fast_two_bmi2	stargz_inflate_fast_two_any
#define stargz_inflate_has_bmi2()	false
#endif

/* Are there enough input and room for the fast loop? */
static inline bool stargz_inflate_room(const struct stargz_inflate *s,
				       const struct stargz_inflate_out *out)
{
	return s->end - s->next >= FAST_IN && out->end - out->next >= FAST_OUT;
}

/* Decode a compressed block; false if the output is full or the stream ends. */
static bool stargz_inflate_codes(struct stargz_inflate *s,
				 struct stargz_inflate_out *out)
{
	while (s->state == STATE_CODES) {
		if (s->left) {
			if (!stargz_inflate_copy_match(s, out))
				return false;
		} else if (stargz_inflate_room(s, out)) {
			if (s->bmi2)
				stargz_inflate_fast_bmi2(s, out);
			else
				stargz_inflate_fast_any(s, out);
			continue;
		} else if (stargz_inflate_hungry(s, FAST_IN) ||
			   !stargz_inflate_step(s, out)) {
			return false;
		}
		if (stargz_inflate_full(out))
			return false;
	}
	return s->state != STATE_ENDED;
}

/**
 * stargz_inflate_start() - begin to decode a raw deflate stream
 * @s: state; its previous content is irrelevant
 * @in: the stream; must stay valid until the last run
 * @len: length of @in in bytes; may extend beyond the end of the stream
 * @bit: number of low bits of @in[0] to skip, 0 to 7
 *
 * There is no history; see stargz_inflate_dict().
 */
void stargz_inflate_start(struct stargz_inflate *s, const u8 *in, size_t len,
			  unsigned int bit)
{
	s->before = 0;
	s->start = in;
	s->next = in;
	s->end = in + len;
	s->more = false;
	s->pause = false;
	s->hold = 0;
	s->bits = 0;
	s->state = STATE_HEADER;
	s->final = false;
	s->fixed = false;
	s->bmi2 = stargz_inflate_has_bmi2();
	s->left = 0;
	s->dict = NULL;
	s->dict_len = 0;
	s->dict_used = NULL;
	s->why = NULL;
	stargz_inflate_refill(s);
	if (len)
		stargz_inflate_drop(s, bit);
}

/**
 * stargz_inflate_dict() - set the history before the output
 * @s: state of a stream, between two runs
 * @dict: the bytes before @base[0] of the following runs. Must stay valid
 *	during these runs, and must not overlap with their output
 * @len: size of @dict in bytes; only the last 32 KiB are read
 */
void stargz_inflate_dict(struct stargz_inflate *s, const u8 *dict, size_t len)
{
	s->dict = dict;
	s->dict_len = len;
}

/**
 * stargz_inflate_run() - decode until the output is full or the stream ends
 * @s: state of a stream
 * @base: output. The bytes before @pos are history, preceded by that of
 *	stargz_inflate_dict()
 * @pos: offset in @base of the next byte to write; advanced to the end of the
 *	output. Bytes from there to @end may have been overwritten
 * @end: end of the output in @base, at least @pos
 *
 * Accesses nothing outside @base[0] to @base[@end - 1] and writes nothing
 * before
 * @base[@pos]. When the last byte is written, the result is
 *	STARGZ_INFLATE_FULL,
 * whatever follows in the input. A run without room examines the input: it
 * returns STARGZ_INFLATE_FULL if more output follows, else how the stream ends.
 * After the end of the stream, further runs return the same result.
 *
 * STARGZ_INFLATE_BLOCK and STARGZ_INFLATE_HUNGRY do not end the stream. After
 * the former, the stream is at the header of a block, stargz_inflate_bits()
 * from its start, and a run with @pause set ends there again immediately.
 *
 * The available input and @end - @pos bound the work of a run. Each may be
 * large while the other is small: an empty block takes input and produces no
 * output, and a block with dynamic codes takes some microseconds for ten bytes
 * of input. A caller with latency limits therefore bounds both, the input by
 * feeding it in slices (stargz_inflate_feed()).
 *
 * Return: how the run ended.
 */
enum stargz_inflate_status stargz_inflate_run(struct stargz_inflate *s,
					      u8 *base, size_t *pos,
					      size_t end)
{
	struct stargz_inflate_out out = {
		.base = base,
		.first = base + *pos,
		.next = base + *pos,
		.end = base + end,
	};
	bool more = true;

	while (more && !stargz_inflate_full(&out)) {
		if (s->state == STATE_HEADER && s->pause && !s->final)
			break;
		if (s->state == STATE_HEADER)
			more = stargz_inflate_header(s);
		else if (s->state == STATE_STORED)
			more = stargz_inflate_copy_stored(s, &out);
		else
			more = stargz_inflate_codes(s, &out);
	}
	*pos = out.next - base;
	if (s->state == STATE_ENDED)
		return s->status;
	if (stargz_inflate_full(&out))
		return STARGZ_INFLATE_FULL;
	if (s->state == STATE_HEADER && s->pause && !s->final)
		return STARGZ_INFLATE_BLOCK;
	return more || !s->more ? STARGZ_INFLATE_FULL : STARGZ_INFLATE_HUNGRY;
}

/*
 * Advance to where the fast loop can run; false if this run has no such place.
 */
static bool stargz_inflate_ready(struct stargz_inflate *s,
				 struct stargz_inflate_out *out)
{
	while (out->next < out->end) {
		if (s->state == STATE_HEADER && !s->pause) {
			if (!stargz_inflate_header(s))
				return false;
		} else if (s->state != STATE_CODES) {
			return false;
		} else if (!s->left) {
			return stargz_inflate_room(s, out);
		} else if (!stargz_inflate_copy_match(s, out)) {
			return false;
		}
	}
	return false;
}

/**
 * stargz_inflate_two() - decode two streams at the same time
 * @a: one stream
 * @b: the other stream; the two share no memory
 *
 * Does a part of the work of stargz_inflate_run() for both, on one CPU, in less
 * time than one after the other. Advances @pos of both. The input and output of
 * both bound the work; little input left in one stream ends it.
 *
 * Return: the stream for which the caller must call stargz_inflate_run() next,
 *	unless its output is full. This function does not report how a stream
 *	ends.
 */
struct stargz_inflate_part *stargz_inflate_two(struct stargz_inflate_part *a,
					       struct stargz_inflate_part *b)
{
	struct stargz_inflate_out out[2] = {
		{ .base = a->base, .next = a->base + a->pos,
		  .end = a->base + a->end },
		{ .base = b->base, .next = b->base + b->pos,
		  .end = b->base + b->end },
	};
	struct stargz_inflate_part *stopped;

	for (;;) {
		stopped = a;
		if (!stargz_inflate_ready(a->s, &out[0]))
			break;
		stopped = b;
		if (!stargz_inflate_ready(b->s, &out[1]))
			break;
		if (a->s->bmi2 && b->s->bmi2)
			stargz_inflate_fast_two_bmi2(a->s, &out[0], b->s,
						     &out[1]);
		else
			stargz_inflate_fast_two_any(a->s, &out[0], b->s,
						    &out[1]);
	}
	a->pos = out[0].next - a->base;
	b->pos = out[1].next - b->base;
	return stopped;
}

/**
 * stargz_inflate_consumed() - size of the input that a stream used
 * @s: state of a stream that ended with STARGZ_INFLATE_END
 *
 * Return: number of bytes from the start of the input, including a last byte of
 *	which only some bits belong to the stream.
 */
u64 stargz_inflate_consumed(const struct stargz_inflate *s)
{
	return s->before + (s->next - s->start) - (s->bits >> 3);
}

/**
 * stargz_inflate_bits() - current position of a stream
 * @s: state of a stream, between two runs
 *
 * Return: number of used bits of the input, including those before the stream.
 */
u64 stargz_inflate_bits(const struct stargz_inflate *s)
{
	return (s->before + (s->next - s->start)) * 8 - s->bits;
}

/**
 * stargz_inflate_unread() - size of the unused input
 * @s: state of a stream, between two runs
 *
 * Return: number of bytes at the end of the input, without a partly used byte.
 */
size_t stargz_inflate_unread(struct stargz_inflate *s)
{
	s->next -= s->bits >> 3;
	s->bits &= 7;
	s->hold = low_bits(s->hold, s->bits);
	return s->end - s->next;
}

/**
 * stargz_inflate_feed() - provide more input
 * @s: state of a stream, between two runs
 * @in: the bytes that stargz_inflate_unread() counted, at any address, followed
 *	by new ones; must stay valid until the next feed or the last run
 * @len: number of bytes of @in
 * @more: more input may follow. A run then needs room for output, and may end
 *	with STARGZ_INFLATE_HUNGRY while a few hundred bytes are unread, because
 *	the header of a block is read only as a whole
 *
 * Call it after stargz_inflate_unread() without a run in between.
 *
 * To feed slices of one buffer, pass the address of the first unread byte and a
 * length that extends to the end of the next slice. Output, position and errors
 * do not depend on slice boundaries. The first slice goes to
 * stargz_inflate_start(), after which the caller sets @more of the state; it
 * has at least one byte. Each slice but the last must be longer than 640 bytes
 * for every run to make progress.
 */
void stargz_inflate_feed(struct stargz_inflate *s, const u8 *in, size_t len,
			 bool more)
{
	s->before += s->next - s->start;
	s->start = in;
	s->next = in;
	s->end = in + len;
	s->more = more;
}

/**
 * stargz_inflate_why() - reason why a stream is invalid
 * @s: state of a stream that ended with STARGZ_INFLATE_BAD
 *
 * Return: a few words for a message.
 */
const char *stargz_inflate_why(const struct stargz_inflate *s)
{
	return s->why;
}
