/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Finding the table of contents of a layer, and decoding it.
 */
#ifndef SGZ_TOC_READ_H
#define SGZ_TOC_READ_H

#include "blob/footer.h"
#include "toc/toc.h"

/**
 * sgz_toc_read() - read and decode the table of contents
 * @toc: filled; zeroed by the caller
 * @ctx: the call; its options say where the TOC is and what digest it has
 * @blob: the layer
 * @footer: its footer
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_toc_read(struct sgz_toc *toc, const struct sgz_context *ctx,
		 const struct sgz_blob *blob, const struct sgz_footer *footer);

#endif /* SGZ_TOC_READ_H */
