// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - CRC-32 of decoded bytes (RFC 1952), at the speed of the decoder.
 *
 * Everything that is inflated is checked, so this must not cost more than
 * inflating. Where the kernel says that it has a CRC of the architecture, which
 * it does since 6.14, that is used. The kernel's own C code is a third of the
 * speed of our decoder on recent kernels (one byte at a time), so there, and
 * on older ones, long runs are folded, and the rest looked up sixteen bytes at
 * once.
 *
 * Folding. x^300 + x^155 + x^117 + x^89 + 1 is a multiple of the polynomial of
 * the CRC, found by trying all pairs of powers of x below 300. Its eighth power
 * has the same terms in x^8, bytes instead of bits, and is a multiple as well.
 * To add multiples of a polynomial does not change a CRC. So a byte can be made
 * zero when it is added to those 145, 183, 211 and 300 bytes behind it; these
 * are far enough for eight to be done at once. Bytes that are zero, at the
 * start, do not matter any more. (This is how Chorba works, S. Russell,
 * arXiv:2412.16398.)
 *
 * The tables are written when the module starts, and only read afterwards.
 */
#include <linux/crc32.h>
#include <linux/crc32poly.h>

#include "internal.h"

/* Bytes that are looked up at once. */
#define STARGZ_CRC_STEP		16

/* How many bytes back folding looks, rounded up, and how many it does in a go. */
#define STARGZ_CRC_BACK		304
#define STARGZ_CRC_BLOCK	(2 * STARGZ_CRC_BACK)

/* Folding costs as much as looking up 300 bytes, once. */
#define STARGZ_CRC_FOLD_MIN	2048

/* [n][b]: what byte b does to the CRC when n more bytes follow it. */
static u32 stargz_crc_table[STARGZ_CRC_STEP][256] __ro_after_init;

/**
 * stargz_crc_init() - prepare stargz_crc()
 *
 * Called once, before anything is mounted.
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

/* What four bytes do to the CRC when @after more follow. */
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

/* Eight bytes, in the order that they have in memory. */
static u64 stargz_crc_bytes(const u8 *p)
{
	return get_unaligned((const u64 *)p);
}

/*
 * To @len bytes at @data, a multiple of eight, add what those before them left
 * for them, @acc being where that of the first one is; put the sums to @to.
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

/* The same as stargz_crc_look_up(), of at least BACK + BLOCK bytes. */
static u32 stargz_crc_long(u32 crc, const u8 *data, size_t len)
{
	u8 sums[STARGZ_CRC_BACK + STARGZ_CRC_BLOCK] = {};
	u8 *acc = sums + STARGZ_CRC_BACK;

	/* The CRC before is added to the first four bytes: to byte 300 of -300. */
	put_unaligned_le32(crc, acc - 300);
	for (; len >= STARGZ_CRC_BACK + STARGZ_CRC_BLOCK;
	     len -= STARGZ_CRC_BLOCK) {
		stargz_crc_fold(acc, acc, data, STARGZ_CRC_BLOCK);
		memcpy(sums, sums + STARGZ_CRC_BLOCK, STARGZ_CRC_BACK);
		data += STARGZ_CRC_BLOCK;
	}
	/* What was left to bytes that are not folded themselves is added. */
	memset(acc, 0, STARGZ_CRC_BACK);
	stargz_crc_fold(acc + STARGZ_CRC_BACK, acc, data, STARGZ_CRC_BACK);
	crc = stargz_crc_look_up(0, acc + STARGZ_CRC_BACK, STARGZ_CRC_BACK);
	return stargz_crc_look_up(crc, data + STARGZ_CRC_BACK,
				  len - STARGZ_CRC_BACK);
}

/**
 * stargz_crc() - continue a CRC-32
 * @crc: what the bytes before gave, all ones at the start; not inverted
 * @data: the bytes
 * @len: how many
 *
 * Uses 1 KiB of stack.
 *
 * Return: the CRC, as crc32_le() has it.
 */
u32 stargz_crc(u32 crc, const u8 *data, size_t len)
{
	if (IS_ENABLED(CONFIG_CRC32_ARCH))
		return crc32_le(crc, data, len);
	if (len >= STARGZ_CRC_FOLD_MIN)
		return stargz_crc_long(crc, data, len);
	return stargz_crc_look_up(crc, data, len);
}
