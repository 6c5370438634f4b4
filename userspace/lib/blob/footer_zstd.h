/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The footer of a zstd:chunked blob.
 */
#ifndef SGZ_BLOB_FOOTER_ZSTD_H
#define SGZ_BLOB_FOOTER_ZSTD_H

#include "blob/footer.h"

/* Longest footer, with the header of its frame. */
#define SGZ_ZSTD_FOOTER_MAX	(8 + 64)

/**
 * sgz_zstd_footer() - parse the footer
 * @footer: filled
 * @blob: the blob
 * @ctx: the call
 * @end: its last bytes
 * @len: how many, at most %SGZ_ZSTD_FOOTER_MAX
 *
 * Return: as sgz_footer_read().
 */
int sgz_zstd_footer(struct sgz_footer *footer, const struct sgz_blob *blob,
		    const struct sgz_context *ctx, const unsigned char *end,
		    size_t len);

/**
 * sgz_zstd_position() - the same from what a manifest says
 * @footer: filled
 * @blob: the blob
 * @ctx: the call
 * @position: four numbers with colons between them
 *
 * Return: 1 or a negative errno.
 */
int sgz_zstd_position(struct sgz_footer *footer, const struct sgz_blob *blob,
		      const struct sgz_context *ctx, const char *position);

/* A skippable frame and the length of its header. */
#define SGZ_SKIPPABLE		0x184d2a50
#define SGZ_SKIPPABLE_HEAD	8

/** sgz_skippable_head() - make the header of a skippable frame */
void sgz_skippable_head(unsigned char head[SGZ_SKIPPABLE_HEAD], uint32_t len);

/* Bytes of a footer as it is made. */
#define SGZ_ZSTD_FOOTER_SIZE	(8 + 64 + 8 + 40)

/**
 * sgz_zstd_footer_make() - make the footer of a zstd:chunked layer
 * @footer: gets the one of 64 bytes and, at the end, where stargz-snapshotter
 *	looks for it, that of 40 bytes, each in a frame
 * @toc: first byte of the table of contents
 * @stored: bytes of it
 * @size: bytes of it when unpacked
 */
void sgz_zstd_footer_make(unsigned char footer[SGZ_ZSTD_FOOTER_SIZE],
			  uint64_t toc, uint64_t stored, uint64_t size);

#endif /* SGZ_BLOB_FOOTER_ZSTD_H */
