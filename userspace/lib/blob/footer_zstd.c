// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Footers of zstd:chunked blobs: a skippable frame with the location of the
 * TOC, which is itself in a skippable frame. There are three versions. All
 * start with four numbers: offset, compressed size, uncompressed size and type
 * of the TOC.
 *
 *	40 bytes	the numbers, magic
 *	56 bytes	the numbers, magic, zeroes (a bug of old writers)
 *	64 bytes	the numbers, three more of tar-split data, magic
 */
#include <endian.h>
#include <inttypes.h>
#include <string.h>

#include "blob/footer_zstd.h"

#define TYPE_JSON	1

static const struct {
	uint32_t size;
	uint32_t magic_at;
	const char *magic;
} kinds[] = {
	{ 64, 56, "GNUlInUx" },
	{ 40, 32, "GnUlInUx" },
	{ 56, 32, "GnUlInUx" },
};

static uint32_t get32(const unsigned char *p)
{
	uint32_t n;

	memcpy(&n, p, sizeof(n));
	return le32toh(n);
}

static uint64_t get64(const unsigned char *p)
{
	uint64_t n;

	memcpy(&n, p, sizeof(n));
	return le64toh(n);
}

/* Check that the TOC fills a skippable frame. The content ends before it. */
static int check_frame(struct sgz_footer *footer, const struct sgz_blob *blob,
		       const struct sgz_context *ctx)
{
	uint64_t len = footer->toc_end - footer->toc;
	unsigned char head[SGZ_SKIPPABLE_HEAD];
	int ret;

	footer->data_end = footer->toc - sizeof(head);
	ret = sgz_blob_read(blob, ctx, footer->data_end, head, sizeof(head));
	if (ret)
		return ret;
	if (get32(head) != SGZ_SKIPPABLE || get32(head + 4) != len)
		return sgz_fail(ctx, -EUCLEAN,
				"no skippable frame of %llu bytes with a TOC at offset %llu",
				(unsigned long long)len,
				(unsigned long long)footer->toc);
	return 1;
}

/* Fill in @footer from the four numbers. The TOC must end before @limit. */
static int place(struct sgz_footer *footer, const struct sgz_blob *blob,
		 const struct sgz_context *ctx, const uint64_t number[4],
		 uint64_t limit)
{
	uint64_t toc = number[0], clen = number[1];

	if (number[3] != TYPE_JSON)
		return sgz_fail(ctx, -EINVAL,
				"TOC of unknown type %llu",
				(unsigned long long)number[3]);
	if (toc < SGZ_SKIPPABLE_HEAD || toc > limit || clen > limit - toc ||
	    !clen || !number[2])
		return sgz_fail(ctx, -EUCLEAN,
				"TOC of %llu bytes at offset %llu is not before the footer at %llu",
				(unsigned long long)clen,
				(unsigned long long)toc,
				(unsigned long long)limit);
	footer->codec = STARGZ_CODEC_ZSTD;
	footer->external = false;
	footer->toc = toc;
	footer->toc_end = toc + clen;
	footer->toc_size = number[2];
	return check_frame(footer, blob, ctx);
}

int sgz_zstd_footer(struct sgz_footer *footer, const struct sgz_blob *blob,
		    const struct sgz_context *ctx, const unsigned char *end,
		    size_t len)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t size = kinds[i].size;
		const unsigned char *p = end + len - size;
		uint64_t number[4];

		if (len < SGZ_SKIPPABLE_HEAD + size ||
		    get32(p - SGZ_SKIPPABLE_HEAD) != SGZ_SKIPPABLE ||
		    get32(p - SGZ_SKIPPABLE_HEAD + 4) != size ||
		    memcmp(p + kinds[i].magic_at, kinds[i].magic, 8))
			continue;
		for (int k = 0; k < 4; k++)
			number[k] = get64(p + 8 * k);
		return place(footer, blob, ctx, number,
			     blob->size - size - SGZ_SKIPPABLE_HEAD);
	}
	return 0;
}

int sgz_zstd_position(struct sgz_footer *footer, const struct sgz_blob *blob,
		      const struct sgz_context *ctx, const char *position)
{
	uint64_t number[4];
	int used = 0;

	if (sscanf(position,
		   "%" SCNu64 ":%" SCNu64 ":%" SCNu64 ":%" SCNu64 "%n",
		   &number[0], &number[1], &number[2], &number[3],
		   &used) != 4 || position[used] ||
	    strspn(position, "0123456789:") != (size_t)used)
		return sgz_fail(ctx, -EINVAL,
				"position of the TOC is not OFFSET:LENGTH:SIZE:TYPE");
	return place(footer, blob, ctx, number, blob->size);
}

static void put32(unsigned char *p, uint32_t n)
{
	n = htole32(n);
	memcpy(p, &n, sizeof(n));
}

static void put64(unsigned char *p, uint64_t n)
{
	n = htole64(n);
	memcpy(p, &n, sizeof(n));
}

void sgz_skippable_head(unsigned char head[SGZ_SKIPPABLE_HEAD], uint32_t len)
{
	put32(head, SGZ_SKIPPABLE);
	put32(head + 4, len);
}

void sgz_zstd_footer_make(unsigned char footer[SGZ_ZSTD_FOOTER_SIZE],
			  uint64_t toc, uint64_t stored, uint64_t size)
{
	unsigned char *p = footer;

	memset(footer, 0, SGZ_ZSTD_FOOTER_SIZE);
	for (size_t i = 0; i < 2; i++) {
		sgz_skippable_head(p, kinds[i].size);
		p += SGZ_SKIPPABLE_HEAD;
		put64(p, toc);
		put64(p + 8, stored);
		put64(p + 16, size);
		put64(p + 24, TYPE_JSON);
		memcpy(p + kinds[i].magic_at, kinds[i].magic, 8);
		p += kinds[i].size;
	}
}
