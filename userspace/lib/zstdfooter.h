/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The footer of a zstd:chunked blob.
 */
#ifndef SGZ_ZSTDFOOTER_H
#define SGZ_ZSTDFOOTER_H

#include "footer.h"

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
 * @ctx: the call, with the position among its options
 *
 * Return: 1 or a negative errno.
 */
int sgz_zstd_position(struct sgz_footer *footer, const struct sgz_blob *blob,
		      const struct sgz_context *ctx);

#endif /* SGZ_ZSTDFOOTER_H */
