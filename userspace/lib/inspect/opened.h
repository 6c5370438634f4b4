/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * An open layer, index or device image: its index in memory, and the blobs of
 * the index.
 */
#ifndef SGZ_INSPECT_OPENED_H
#define SGZ_INSPECT_OPENED_H

#include "base/faults.h"
#include "index/tables.h"

/**
 * struct sgz_opened - an open layer, index or device image
 * @ctx: the call
 * @opt: options for the index of a layer
 * @layer: @file is a layer; @index was made from it
 * @file: the file
 * @index: the index
 * @blobs: the blob of each record of the blob table; its descriptor is -1 if it
 *	is missing
 * @ranges: struct sgz_range: known digests of the content
 */
struct sgz_opened {
	const struct sgz_context *ctx;
	const struct stargz_index_options *opt;
	bool layer;
	struct sgz_blob file;
	struct sgz_index index;
	struct sgz_blob *blobs;
	struct sgz_vec ranges;
};

/**
 * sgz_opened_file() - detect the kind of a file
 * @o: zeroed; must be released, also after an error
 * @ctx: the call; must stay valid
 * @opt: options for the index of a layer; must stay valid
 * @fd: the file
 *
 * Return: 0 with @o->layer and @o->file set, or a negative errno with the
 * error text set.
 */
int sgz_opened_file(struct sgz_opened *o, const struct sgz_context *ctx,
		    const struct stargz_index_options *opt, int fd);

/**
 * sgz_opened_layer() - make the index of the layer
 * @o: an open layer
 *
 * If the options have @check, @o->ranges receives the digests of its table of
 * contents.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_opened_layer(struct sgz_opened *o);

/**
 * sgz_opened_blobs() - open the blobs of an index
 * @o: an open index, with its tables
 * @fds: the sources in the order of a mount: first the one that holds the
 *	index, or -1: @o->file; then the others
 * @count: number of sources
 * @faults: receives blobs that are shorter than in the index, or NULL: these
 *	are errors
 *
 * Return: 0, also if the source of a blob is not among @fds, or a negative
 * errno with the error text set.
 */
int sgz_opened_blobs(struct sgz_opened *o, const int *fds, size_t count,
		     struct sgz_faults *faults);

/**
 * sgz_opened_read() - read or make an index, and open its blobs
 * @o: an open file, after sgz_opened_file()
 * @fds: as for sgz_opened_blobs()
 * @count: number of sources
 *
 * Return: 0, or a negative errno with the error text set. A fault of the index
 * is an error.
 */
int sgz_opened_read(struct sgz_opened *o, const int *fds, size_t count);

/**
 * sgz_opened_digests() - compare an index with the layers of which it was made
 * @o: an open index whose records were checked
 * @faults: receives blobs that are not layers, or not those of the index
 *
 * The call adds the digests in the tables of contents to @o->ranges.
 *
 * Return: 0, also with faults, or a negative errno with the error text set.
 */
int sgz_opened_digests(struct sgz_opened *o, struct sgz_faults *faults);

/** sgz_opened_free() - release; descriptors stay open */
void sgz_opened_free(struct sgz_opened *o);

#endif /* SGZ_INSPECT_OPENED_H */
