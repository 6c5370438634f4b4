/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Making the index of one layer, in memory.
 */
#ifndef SGZ_BUILD_INDEX_H
#define SGZ_BUILD_INDEX_H

#include "blob/blob.h"
#include "index/below.h"

/** struct sgz_layer - a layer that was read, before it becomes an index */
struct sgz_layer;

/**
 * sgz_layer_read() - read a layer: the part that takes long
 * @layer: set to a handle for sgz_layer_free(), on success only
 * @ctx: the call
 * @opt: the options
 * @blob: the layer
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_layer_read(struct sgz_layer **layer, const struct sgz_context *ctx,
		   const struct stargz_index_options *opt,
		   struct sgz_blob *blob);

/**
 * sgz_layer_index() - make the index of a layer that was read
 * @index: as for sgz_index_make()
 * @ctx: the call
 * @opt: the options of sgz_layer_read()
 * @layer: the layer; the call releases it
 * @blob: likewise
 * @below: as for sgz_index_make()
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_layer_index(struct sgz_index *index, const struct sgz_context *ctx,
		    const struct stargz_index_options *opt,
		    struct sgz_layer *layer, struct sgz_blob *blob,
		    struct sgz_below *below);

/** sgz_layer_free() - release; NULL is ignored */
void sgz_layer_free(struct sgz_layer *layer);

/**
 * sgz_index_make() - make the index of a blob; with @check, check its content
 * @index: filled in; initially zeroed; must be released with sgz_index_free()
 * @ctx: the call
 * @opt: the options
 * @blob: the layer
 * @below: the layers below it, with which the index may have grafts; or NULL if
 *	they are not known
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_index_make(struct sgz_index *index, const struct sgz_context *ctx,
		   const struct stargz_index_options *opt,
		   struct sgz_blob *blob, struct sgz_below *below);

/**
 * sgz_index_digests() - make the index of a blob, and get digests of content
 * @index: as for sgz_index_make()
 * @ctx: the call
 * @opt: the options; with @check, the call gets the digests of the layer. The
 *	index gets no digests of content
 * @blob: the layer
 * @ranges: the digests are appended as struct sgz_range
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_index_digests(struct sgz_index *index, const struct sgz_context *ctx,
		      const struct stargz_index_options *opt,
		      struct sgz_blob *blob, struct sgz_vec *ranges);

#endif /* SGZ_BUILD_INDEX_H */
