/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * A layer, an index or a device image that is looked at: its index in memory,
 * and the blobs that it refers to.
 */
#ifndef SGZ_INSPECT_OPENED_H
#define SGZ_INSPECT_OPENED_H

#include "base/faults.h"
#include "index/tables.h"

/**
 * struct sgz_opened - what is looked at
 * @ctx: the call
 * @opt: how the index of a layer is made
 * @layer: it is a layer; the index was made of it
 * @file: what was opened
 * @index: the index
 * @blobs: for each record of its blob table the blob; no descriptor, -1: it is
 *	not at hand
 * @ranges: struct sgz_range: digests that are known of the content
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
 * sgz_opened_file() - find out what a file is
 * @o: zeroed by the caller; to be released whatever happens
 * @ctx: the call; kept
 * @opt: how the index of a layer is made; kept
 * @fd: the file
 *
 * Return: 0 with @o->layer and @o->file set, or a negative errno with the
 * error text set.
 */
int sgz_opened_file(struct sgz_opened *o, const struct sgz_context *ctx,
		    const struct stargz_index_options *opt, int fd);

/**
 * sgz_opened_layer() - make the index of the layer
 * @o: what is looked at, a layer
 *
 * If the options have @check, @o->ranges gets the digests of its table of
 * contents.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_opened_layer(struct sgz_opened *o);

/**
 * sgz_opened_blobs() - find the blobs of an index
 * @o: what is looked at, with the tables of its index
 * @fds: the sources that a mount would have: first the one that holds the
 *	index, or -1 if what was opened does; then the others
 * @count: how many
 * @faults: NULL, or gets blobs that are shorter than the index says
 *
 * Return: 0, or a negative errno with the error text set; a blob whose source
 * is not among @fds is none.
 */
int sgz_opened_blobs(struct sgz_opened *o, const int *fds, size_t count,
		     struct sgz_faults *faults);

/**
 * sgz_opened_read() - read, or make, an index and find its blobs
 * @o: what is looked at, after sgz_opened_file()
 * @fds: as for sgz_opened_blobs()
 * @count: how many
 *
 * Return: 0, or a negative errno with the error text set. The first fault of
 * the index is one.
 */
int sgz_opened_read(struct sgz_opened *o, const int *fds, size_t count);

/**
 * sgz_opened_digests() - compare the index with the layers it was made of
 * @o: what is looked at, an index whose records were found sound
 * @faults: gets blobs that are no layers or others
 *
 * What the table of contents of a layer says of content is added to
 * @o->ranges.
 *
 * Return: 0, also with faults, or a negative errno with the error text set.
 */
int sgz_opened_digests(struct sgz_opened *o, struct sgz_faults *faults);

/** sgz_opened_free() - release; descriptors stay open */
void sgz_opened_free(struct sgz_opened *o);

#endif /* SGZ_INSPECT_OPENED_H */
