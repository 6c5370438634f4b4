/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * What a table of contents says about content, for those who read it.
 */
#ifndef SGZ_CONTENT_TOC_RANGES_H
#define SGZ_CONTENT_TOC_RANGES_H

#include "toc/toc.h"

/**
 * sgz_toc_ranges() - all digests of files that an index shows
 * @ranges: struct sgz_range with digests to compare with are appended
 * @ctx: the call
 * @toc: with digests; files have their inode numbers
 *
 * Return: 0, or -ENOMEM with the error text set.
 */
int sgz_toc_ranges(struct sgz_vec *ranges, const struct sgz_context *ctx,
		   const struct sgz_toc *toc);

#endif /* SGZ_CONTENT_TOC_RANGES_H */
