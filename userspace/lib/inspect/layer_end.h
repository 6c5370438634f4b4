/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Checking that a layer is complete, without an index.
 */
#ifndef SGZ_INSPECT_LAYER_END_H
#define SGZ_INSPECT_LAYER_END_H

#include "base/faults.h"
#include "toc/read.h"

/**
 * sgz_layer_end() - check that a layer is not truncated
 * @ctx: the call
 * @opt: location of the table of contents, and its digests
 * @blob: the layer
 * @faults: receives a missing footer or end marker
 *
 * A layer with a footer is complete if its table of contents can be read, or is
 * in a separate file that was not given. Any other layer is decoded to its end,
 * in this thread, because only the end of a gzip member or zstd frame shows
 * that it is complete.
 *
 * Return: 0, also with faults; -EINVAL if it is not a layer; -EUCLEAN if the
 * data is damaged or truncated; or another negative errno; with the error text
 * set.
 */
int sgz_layer_end(const struct sgz_context *ctx,
		  const struct sgz_toc_options *opt, struct sgz_blob *blob,
		  struct sgz_faults *faults);

#endif /* SGZ_INSPECT_LAYER_END_H */
