// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - CRC-32 of decoded bytes (RFC 1952), at the speed of the decoder.
 *
 * Everything that is inflated is checked, so this must not cost more than
 * inflating. Where the kernel says that it has a CRC of the architecture, which
 * it does since 6.14, that is used. The kernel's own C code is a third of the
 * speed of our decoder on recent kernels (one byte at a time), so there, and
 * on older ones, sixteen bytes are looked up at once.
 *
 * The tables are written when the module starts, and only read afterwards.
 */
#include <linux/crc32.h>
#include <linux/crc32poly.h>

#include "internal.h"

/* Bytes that are looked up at once. */
#define STARGZ_CRC_STEP		16

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

/**
 * stargz_crc() - continue a CRC-32
 * @crc: what the bytes before gave, all ones at the start; not inverted
 * @data: the bytes
 * @len: how many
 *
 * Return: the CRC, as crc32_le() has it.
 */
u32 stargz_crc(u32 crc, const u8 *data, size_t len)
{
	if (IS_ENABLED(CONFIG_CRC32_ARCH))
		return crc32_le(crc, data, len);

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
