/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Making the index of one layer, in memory.
 */
#ifndef SGZ_BUILD_INDEX_H
#define SGZ_BUILD_INDEX_H

#include "blob/blob.h"
#include "index/below.h"

/**
 * sgz_index_make() - make the index of a blob, and check it if that is asked
 * @index: filled; zeroed by the caller; sgz_index_free() releases it
 * @ctx: the call
 * @opt: how
 * @blob: the layer
 * @below: the layers below it, or NULL when they are not known. With them the
 *	index may have grafts.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_index_make(struct sgz_index *index, const struct sgz_context *ctx,
		   const struct stargz_index_options *opt,
		   struct sgz_blob *blob, struct sgz_below *below);

/**
 * sgz_index_digests() - the same, and what is known of the content
 * @index: filled; zeroed by the caller; sgz_index_free() releases it
 * @ctx: the call
 * @opt: how; the digests that the layer states are known with @check
 * @blob: the layer
 * @below: as in sgz_index_make()
 * @ranges: NULL, or struct sgz_range with the digests are appended
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_index_digests(struct sgz_index *index, const struct sgz_context *ctx,
		      const struct stargz_index_options *opt,
		      struct sgz_blob *blob, struct sgz_below *below,
		      struct sgz_vec *ranges);

#endif /* SGZ_BUILD_INDEX_H */
