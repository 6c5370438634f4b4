/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Finding the footer of a blob.
 */
#ifndef SGZ_BLOB_FOOTER_FIND_H
#define SGZ_BLOB_FOOTER_FIND_H

#include "blob/footer.h"

/**
 * sgz_footer_read() - find and parse the footer
 * @footer: filled in
 * @blob: the blob
 * @ctx: the call
 * @position: "OFFSET:LENGTH:SIZE:1" of the TOC of a zstd:chunked blob, which is
 *	used instead of the footer; or NULL
 *
 * Return: 1, or 0 if the blob has no known footer, or a negative errno with the
 * error text set: -EUCLEAN if the footer is invalid.
 */
int sgz_footer_read(struct sgz_footer *footer, const struct sgz_blob *blob,
		    const struct sgz_context *ctx, const char *position);

#endif /* SGZ_BLOB_FOOTER_FIND_H */
