/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The footer of a zstd:chunked blob.
 */
#ifndef SGZ_BLOB_FOOTER_ZSTD_H
#define SGZ_BLOB_FOOTER_ZSTD_H

#include "blob/footer.h"

/* Maximum size of a footer in bytes, with the header of its frame. */
#define SGZ_ZSTD_FOOTER_MAX	(8 + 64)

/**
 * sgz_zstd_footer() - parse the footer
 * @footer: filled in
 * @blob: the blob
 * @ctx: the call
 * @end: the last bytes of the blob
 * @len: their number, at most %SGZ_ZSTD_FOOTER_MAX
 *
 * Return: as sgz_footer_read().
 */
int sgz_zstd_footer(struct sgz_footer *footer, const struct sgz_blob *blob,
		    const struct sgz_context *ctx, const unsigned char *end,
		    size_t len);

/**
 * sgz_zstd_position() - make a footer from the annotation of a manifest
 * @footer: filled in
 * @blob: the blob
 * @ctx: the call
 * @position: four numbers separated by colons
 *
 * Return: 1 or a negative errno.
 */
int sgz_zstd_position(struct sgz_footer *footer, const struct sgz_blob *blob,
		      const struct sgz_context *ctx, const char *position);

/* Magic number of a skippable frame, and size of its header in bytes. */
#define SGZ_SKIPPABLE		0x184d2a50
#define SGZ_SKIPPABLE_HEAD	8

/** sgz_skippable_head() - make the header of a skippable frame */
void sgz_skippable_head(unsigned char head[SGZ_SKIPPABLE_HEAD], uint32_t len);

/* Size in bytes of the footer that sgz_zstd_footer_make() makes. */
#define SGZ_ZSTD_FOOTER_SIZE	(8 + 64 + 8 + 40)

/**
 * sgz_zstd_footer_make() - make the footer of a zstd:chunked layer
 * @footer: filled in: the footer of 64 bytes and, last, that of 40 bytes for
 *	stargz-snapshotter, each in a frame of its own
 * @toc: offset of the table of contents
 * @stored: its compressed size in bytes
 * @size: its uncompressed size in bytes
 */
void sgz_zstd_footer_make(unsigned char footer[SGZ_ZSTD_FOOTER_SIZE],
			  uint64_t toc, uint64_t stored, uint64_t size);

#endif /* SGZ_BLOB_FOOTER_ZSTD_H */
