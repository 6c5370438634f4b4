/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Is a layer complete, or does its end lack?
 */
#ifndef SGZ_INSPECT_LAYER_END_H
#define SGZ_INSPECT_LAYER_END_H

#include "base/faults.h"
#include "toc/read.h"

/**
 * sgz_layer_end() - look for the end of a layer
 * @ctx: the call
 * @opt: where the table of contents is, and its digests
 * @blob: the layer
 * @faults: gets what lacks
 *
 * A layer that ends in a footer is complete if the table of contents can be
 * read, or is in another file that is not given. Any other layer is decoded up
 * to its end, in this thread, because only there does a gzip member or a zstd
 * frame say that it is complete.
 *
 * Return: 0, also with faults; -EINVAL if it is no layer; -EUCLEAN if the data
 * is damaged or ends early; or another negative errno; with the error text set.
 */
int sgz_layer_end(const struct sgz_context *ctx,
		  const struct sgz_toc_options *opt, struct sgz_blob *blob,
		  struct sgz_faults *faults);

#endif /* SGZ_INSPECT_LAYER_END_H */
