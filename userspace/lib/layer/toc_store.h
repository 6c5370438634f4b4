/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * A table of contents in the form of a layer: as the last file of the tar in a
 * gzip member, or alone in a zstd frame.
 */
#ifndef SGZ_LAYER_TOC_STORE_H
#define SGZ_LAYER_TOC_STORE_H

#include "base/spool.h"
#include "layer/options.h"

/**
 * sgz_toc_store() - compress a table of contents
 * @made: the call sets sizes and digests of the TOC, and adds the bytes of
 *	@tar to @tar_size
 * @opt: format of the layer
 * @text: the JSON text
 * @stored: receives the member, or the contents of the frame
 * @tar: digest of the tar, to which the call adds the bytes of the TOC and of
 *	the end of the tar; or NULL
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_toc_store(struct stargz_made *made, const struct sgz_make_options *opt,
		  struct sgz_spool *text, struct sgz_spool *stored,
		  struct sgz_sha256 *tar);

#endif /* SGZ_LAYER_TOC_STORE_H */
