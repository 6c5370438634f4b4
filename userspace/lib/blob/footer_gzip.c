// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Footers of eStargz (51 bytes), legacy stargz (47) and external-TOC (46)
 * blobs, which are an empty gzip member with an extra field.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "blob/footer_gzip.h"

#define GZIP_HEADER	12	/* fixed part and the length of the extra field */

/* The extra field: @head, with @digits the TOC offset in 16 digits, @tail. */
struct footer_kind {
	size_t size;
	const char *head;
	size_t head_len;
	bool digits;
	const char *tail;
};

/* In the order in which other readers try them. */
static const struct footer_kind kinds[] = {
	[SGZ_FOOTER_ESTARGZ] = { 51, "SG\x16\0", 4, true, "STARGZ" },
	[SGZ_FOOTER_STARGZ] = { 47, "", 0, true, "STARGZ" },
	[SGZ_FOOTER_EXTERNAL] = { 46, "SG\x11\0", 4, false,
		"STARGZEXTERNALTOC" },
};

/* The bytes before and after the extra field. */
static const unsigned char gzip[GZIP_HEADER] = {
	0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff };
static const unsigned char empty[13] = { 1, 0, 0, 0xff, 0xff };

static int parse_hex(const unsigned char *p, uint64_t *value)
{
	*value = 0;
	for (int i = 0; i < 16; i++) {
		unsigned int digit;

		if (p[i] >= '0' && p[i] <= '9')
			digit = p[i] - '0';
		else if (p[i] >= 'a' && p[i] <= 'f')
			digit = p[i] - 'a' + 10;
		else if (p[i] >= 'A' && p[i] <= 'F')
			digit = p[i] - 'A' + 10;
		else
			return -EUCLEAN;
		*value = *value << 4 | digit;
	}
	return 0;
}

/* Is this a footer of this kind? The digits are not checked. */
static bool matches(const struct footer_kind *kind, const unsigned char *p)
{
	size_t tail = strlen(kind->tail);
	size_t extra = kind->head_len + (kind->digits ? 16 : 0) + tail;

	if (memcmp(p, gzip, 4))
		return false;
	if (p[10] != extra || p[11])
		return false;
	if (memcmp(p + kind->size - sizeof(empty), empty, sizeof(empty)))
		return false;
	p += GZIP_HEADER;
	return !memcmp(p, kind->head, kind->head_len) &&
	       !memcmp(p + extra - tail, kind->tail, tail);
}

int sgz_gzip_footer(struct sgz_footer *footer, const struct sgz_blob *blob,
		    const struct sgz_context *ctx, const unsigned char *end,
		    size_t len)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct footer_kind *kind = &kinds[i];
		const unsigned char *p;

		if (len < kind->size)
			continue;
		p = end + len - kind->size;
		if (!matches(kind, p))
			continue;
		footer->codec = STARGZ_CODEC_GZIP;
		footer->external = !kind->digits;
		footer->toc_end = blob->size - kind->size;
		footer->toc_size = 0;
		footer->toc = footer->toc_end;
		footer->data_end = footer->toc_end;
		if (!kind->digits)
			return 1;
		if (parse_hex(p + GZIP_HEADER + kind->head_len, &footer->toc))
			return sgz_fail(ctx, -EUCLEAN,
					"footer: TOC offset is not 16 hexadecimal digits");
		if (footer->toc >= footer->toc_end)
			return sgz_fail(ctx, -EUCLEAN,
					"footer: TOC offset %llu is not before the footer at %llu",
					(unsigned long long)footer->toc,
					(unsigned long long)footer->toc_end);
		footer->data_end = footer->toc;
		return 1;
	}
	return 0;
}

size_t sgz_footer_make(unsigned char footer[SGZ_FOOTER_SIZE],
		       enum sgz_footer_kind kind, uint64_t toc)
{
	const struct footer_kind *k = &kinds[kind];
	unsigned char *p = footer + sizeof(gzip);
	char digits[17] = "";

	if (k->digits)
		snprintf(digits, sizeof(digits), "%016" PRIx64, toc);
	memcpy(footer, gzip, sizeof(gzip));
	footer[10] = k->size - sizeof(gzip) - sizeof(empty);
	memcpy(p, k->head, k->head_len);
	p += k->head_len;
	p += sprintf((char *)p, "%s%s", digits, k->tail);
	memcpy(p, empty, sizeof(empty));
	return k->size;
}
