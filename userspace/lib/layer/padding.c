// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Padding is gzip members or a skippable zstd frame, which decode to nothing:
 *
 *	gzip	header, zeroes as extra field, a text as comment, no data
 *	zstd	header, zeroes, a text
 *
 * It is present even without --pad, because of the text: a later run with
 * --reuse checks by it whether it may copy members.
 */
#include <stdio.h>
#include <string.h>

#include "blob/footer_zstd.h"
#include "layer/padding.h"

#define GZIP_HEAD	16
/* Maximum number of zeroes in an extra field after its header of four bytes. */
#define GZIP_FILL_MAX	(65535 - 4)

/* Write the end of a piece of padding; returns its length in bytes. */
static size_t make_end(const struct sgz_compression *how,
		       char end[SGZ_PADDING_END])
{
	/* End of the comment, empty deflate data, CRC and length. */
	static const char after[] = "\0\x03\0\0\0\0\0\0\0\0";
	char name[SGZ_COMPRESSION_NAME];
	size_t len;

	sgz_compression_name(how, name);
	len = snprintf(end, SGZ_PADDING_END, "mkfs.stargz %s", name);
	if (how->codec != STARGZ_CODEC_GZIP)
		return len;
	memcpy(end + len, after, sizeof(after));
	return len + sizeof(after);
}

static size_t make_head(const struct sgz_compression *how,
			unsigned char head[GZIP_HEAD], uint32_t fill,
			size_t end_len)
{
	static const unsigned char gzip[GZIP_HEAD] = {
		0x1f, 0x8b, 8, 0x14, 0, 0, 0, 0, 0, 0xff, 0, 0, 'p', 'd' };

	if (how->codec != STARGZ_CODEC_GZIP) {
		sgz_skippable_head(head, fill + end_len);
		return SGZ_SKIPPABLE_HEAD;
	}
	memcpy(head, gzip, sizeof(gzip));
	head[10] = fill + 4;
	head[11] = (fill + 4) >> 8;
	head[14] = fill;
	head[15] = fill >> 8;
	return sizeof(gzip);
}

static int write_zeroes(struct sgz_sink *sink, uint32_t len)
{
	static const char zero[4096];
	int ret = 0;

	while (!ret && len) {
		uint32_t n = len < sizeof(zero) ? len : sizeof(zero);

		ret = sgz_sink_write(sink, zero, n);
		len -= n;
	}
	return ret;
}

static int write_piece(struct sgz_sink *sink, const struct sgz_compression *how,
		       uint32_t fill)
{
	unsigned char head[GZIP_HEAD];
	char end[SGZ_PADDING_END];
	size_t end_len = make_end(how, end);
	int ret;

	ret = sgz_sink_write(sink, head, make_head(how, head, fill, end_len));
	if (!ret)
		ret = write_zeroes(sink, fill);
	return ret ? ret : sgz_sink_write(sink, end, end_len);
}

int sgz_padding_write(struct sgz_sink *sink, const struct sgz_compression *how,
		      uint32_t pad, uint64_t rest)
{
	bool gzip = how->codec == STARGZ_CODEC_GZIP;
	char end[SGZ_PADDING_END];
	uint32_t least = make_end(how, end) +
			 (gzip ? GZIP_HEAD : SGZ_SKIPPABLE_HEAD);
	uint32_t fill = 0;

	if (pad) {
		fill = (sink->pos + rest + least) % pad;
		fill = fill ? pad - fill : 0;
	}
	while (gzip && fill > GZIP_FILL_MAX) {
		uint32_t n = GZIP_FILL_MAX - least;
		int ret = write_piece(sink, how, n);

		if (ret)
			return ret;
		fill -= n + least;
	}
	return write_piece(sink, how, fill);
}

bool sgz_padding_tells(const struct sgz_compression *how, const void *end,
		       size_t len)
{
	char want[SGZ_PADDING_END];
	size_t want_len = make_end(how, want);

	return len >= want_len &&
	       !memcmp((const char *)end + len - want_len, want, want_len);
}
