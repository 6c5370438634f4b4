/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The digests of a table of contents, as ranges of files.
 */
#ifndef SGZ_CONTENT_TOC_RANGES_H
#define SGZ_CONTENT_TOC_RANGES_H

#include "toc/toc.h"

/**
 * sgz_toc_ranges() - get the digests of all visible files
 * @ranges: struct sgz_range, with digests to compare, are appended
 * @ctx: the call
 * @toc: with digests and inode numbers
 *
 * Return: 0, or -ENOMEM with the error text set.
 */
int sgz_toc_ranges(struct sgz_vec *ranges, const struct sgz_context *ctx,
		   const struct sgz_toc *toc);

#endif /* SGZ_CONTENT_TOC_RANGES_H */
