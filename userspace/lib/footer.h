/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The footer of a blob: the empty gzip member at the end that says where the
 * table of contents is.
 */
#ifndef SGZ_FOOTER_H
#define SGZ_FOOTER_H

#include "blob.h"

/**
 * struct sgz_footer - what the footer says
 * @external: the table of contents is not in the blob
 * @toc: offset of the gzip member with the table of contents; the end of
 *	the data when it is external
 * @start: offset of the footer itself
 */
struct sgz_footer {
	bool external;
	uint64_t toc;
	uint64_t start;
};

/**
 * sgz_footer_read() - find and parse the footer
 * @footer: filled
 * @blob: the blob
 * @ctx: the call
 *
 * Return: 1, or 0 if the blob has no footer that we know, or a negative errno:
 * -EUCLEAN if it has one that cannot be right.
 */
int sgz_footer_read(struct sgz_footer *footer, const struct sgz_blob *blob,
		    const struct sgz_context *ctx);

#endif /* SGZ_FOOTER_H */
