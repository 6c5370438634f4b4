/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * A table of contents in the form in which a layer has it: as the last file of
 * the tar in a gzip member, or by itself in a zstd frame.
 */
#ifndef SGZ_LAYER_TOC_STORE_H
#define SGZ_LAYER_TOC_STORE_H

#include "base/spool.h"
#include "layer/options.h"

/**
 * sgz_toc_store() - compress a table of contents
 * @made: the sizes and digests of the TOC are set, @tar_size grows by what is
 *	added to @tar
 * @opt: which form it has
 * @text: the JSON text
 * @stored: gets the member, or the contents of the frame
 * @tar: gets what the member adds to the tar, with its end; or NULL
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_toc_store(struct stargz_made *made, const struct sgz_make_options *opt,
		  struct sgz_spool *text, struct sgz_spool *stored,
		  struct sgz_sha256 *tar);

#endif /* SGZ_LAYER_TOC_STORE_H */
