// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - CRC-32 of decoded bytes (RFC 1952), at the speed of the decoder.
 *
 * Every inflated byte is checked, so the CRC must not cost more than inflating.
 * If the kernel announces a CRC implementation of the architecture (since
 * 6.14), stargz uses that. On recent kernels the generic C code, which takes
 * one byte at a time, has a third of the speed of our decoder. With that code,
 * and on older kernels, stargz folds long runs and looks up the rest sixteen
 * bytes at a time.
 *
 * Folding. x^300 + x^155 + x^117 + x^89 + 1 is a multiple of the CRC
 * polynomial, found by trying all pairs of powers of x below 300. Its eighth
 * power has the same terms in x^8, that is, in bytes instead of bits, and is a
 * multiple as well. Adding multiples of the polynomial does not change the CRC.
 * A byte becomes zero if it is added to the bytes 145, 183, 211 and 300
 * positions after it. These distances allow processing eight bytes at once.
 * Leading zero bytes do not affect the CRC. (Chorba works in this way, S.
 * Russell, arXiv:2412.16398.)
 *
 * The tables are written at module init and are read-only afterwards.
 */
#include <linux/crc32.h>
#include <linux/crc32poly.h>

#include "internal.h"

/* Number of bytes that are looked up at once. */
#define STARGZ_CRC_STEP		16

/* Reach of folding in bytes, rounded up, and bytes folded per iteration. */
#define STARGZ_CRC_BACK		304
#define STARGZ_CRC_BLOCK	(2 * STARGZ_CRC_BACK)

/* Setting up folding costs as much as looking up 300 bytes. */
#define STARGZ_CRC_FOLD_MIN	2048

/* [n][b]: the effect of byte b on the CRC if n more bytes follow it. */
static u32 stargz_crc_table[STARGZ_CRC_STEP][256] __ro_after_init;

/**
 * stargz_crc_init() - prepare stargz_crc()
 *
 * Context: Called once, before anything is mounted.
 */
void __init stargz_crc_init(void)
{
	u32 (*t)[256] = stargz_crc_table;
	unsigned int i, n;

	for (i = 0; i < 256; i++) {
		u32 crc = i;

		for (n = 0; n < 8; n++)
			crc = crc >> 1 ^ (crc & 1 ? CRC32_POLY_LE : 0);
		t[0][i] = crc;
	}
	for (n = 1; n < STARGZ_CRC_STEP; n++)
		for (i = 0; i < 256; i++)
			t[n][i] = t[n - 1][i] >> 8 ^ t[0][t[n - 1][i] & 0xff];
}

/* The effect of four bytes on the CRC if @after more bytes follow. */
static u32 stargz_crc_word(u32 word, unsigned int after)
{
	const u32 (*t)[256] = &stargz_crc_table[after];

	return t[3][word & 0xff] ^ t[2][word >> 8 & 0xff] ^
	       t[1][word >> 16 & 0xff] ^ t[0][word >> 24];
}

static u32 stargz_crc_look_up(u32 crc, const u8 *data, size_t len)
{
	for (; len >= STARGZ_CRC_STEP; len -= STARGZ_CRC_STEP) {
		crc = stargz_crc_word(crc ^ get_unaligned_le32(data), 12) ^
		      stargz_crc_word(get_unaligned_le32(data + 4), 8) ^
		      stargz_crc_word(get_unaligned_le32(data + 8), 4) ^
		      stargz_crc_word(get_unaligned_le32(data + 12), 0);
		data += STARGZ_CRC_STEP;
	}
	while (len--)
		crc = crc >> 8 ^ stargz_crc_table[0][(crc ^ *data++) & 0xff];
	return crc;
}

/* Eight bytes in memory order. */
static u64 stargz_crc_bytes(const u8 *p)
{
	return get_unaligned((const u64 *)p);
}

/*
 * Add to @len bytes at @data, a multiple of eight, the sums that the previous
 * bytes carry over to them, and store the results at @to. @acc is the sum for
 * the first byte.
 */
static void stargz_crc_fold(u8 *to, const u8 *acc, const u8 *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i += sizeof(u64))
		put_unaligned(stargz_crc_bytes(data + i) ^
			      stargz_crc_bytes(acc + i - 145) ^
			      stargz_crc_bytes(acc + i - 183) ^
			      stargz_crc_bytes(acc + i - 211) ^
			      stargz_crc_bytes(acc + i - 300),
			      (u64 *)(to + i));
}

/* As stargz_crc_look_up(), for at least BACK + BLOCK bytes. */
static u32 stargz_crc_long(u32 crc, const u8 *data, size_t len)
{
	u8 sums[STARGZ_CRC_BACK + STARGZ_CRC_BLOCK] = {};
	u8 *acc = sums + STARGZ_CRC_BACK;

	/* The previous CRC adds to the first four bytes: byte 300 of -300. */
	put_unaligned_le32(crc, acc - 300);
	for (; len >= STARGZ_CRC_BACK + STARGZ_CRC_BLOCK;
	     len -= STARGZ_CRC_BLOCK) {
		stargz_crc_fold(acc, acc, data, STARGZ_CRC_BLOCK);
		memcpy(sums, sums + STARGZ_CRC_BLOCK, STARGZ_CRC_BACK);
		data += STARGZ_CRC_BLOCK;
	}
	/* Add the carried sums to the bytes that are not folded themselves. */
	memset(acc, 0, STARGZ_CRC_BACK);
	stargz_crc_fold(acc + STARGZ_CRC_BACK, acc, data, STARGZ_CRC_BACK);
	crc = stargz_crc_look_up(0, acc + STARGZ_CRC_BACK, STARGZ_CRC_BACK);
	return stargz_crc_look_up(crc, data + STARGZ_CRC_BACK,
				  len - STARGZ_CRC_BACK);
}

/**
 * stargz_crc() - continue a CRC-32
 * @crc: CRC of the previous bytes, all ones at the start; not inverted
 * @data: the bytes
 * @len: number of bytes
 *
 * Uses 1 KiB of stack.
 *
 * Return: the CRC, in the form of crc32_le().
 */
u32 stargz_crc(u32 crc, const u8 *data, size_t len)
{
	if (IS_ENABLED(CONFIG_CRC32_ARCH))
		return crc32_le(crc, data, len);
	if (len >= STARGZ_CRC_FOLD_MIN)
		return stargz_crc_long(crc, data, len);
	return stargz_crc_look_up(crc, data, len);
}
