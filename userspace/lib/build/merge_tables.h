/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The tables of an index that is put together from those of several layers.
 */
#ifndef SGZ_BUILD_MERGE_TABLES_H
#define SGZ_BUILD_MERGE_TABLES_H

#include "base/xattr_pool.h"
#include "index/tables.h"

/**
 * struct sgz_merge_layer - where the records of one layer go
 * @inodes: for each inode its number in the index, or zero
 * @spans: for each span its number in the index plus one, or zero
 * @xattrs: for each 4 bytes of the xattr table the id of the set there in the
 *	index plus one, or zero
 * @blobs: for each of its blobs the number in the index
 */
struct sgz_merge_layer {
	uint32_t *inodes;
	uint32_t *spans;
	uint32_t *xattrs;
	uint16_t *blobs;
};

/**
 * struct sgz_merge - an index being made
 * @index: the tables so far
 * @ctx: the call
 * @layers: the index of each layer, lowest first
 * @count: how many
 * @chain: the index is the topmost layer, as an upper layer of overlayfs, with
 *	what it has of those below
 * @map: for each layer where its records go
 * @origins: struct sgz_merge_origin of each inode of the index
 * @xattrs: its sets of extended attributes
 */
struct sgz_merge {
	struct sgz_index *index;
	const struct sgz_context *ctx;
	const struct sgz_index *layers;
	size_t count;
	bool chain;
	struct sgz_merge_layer *map;
	struct sgz_vec origins;
	struct sgz_xattr_pool xattrs;
};

/** struct sgz_merge_origin - where an inode of the index comes from */
struct sgz_merge_origin {
	uint32_t layer;
	uint32_t ino;
};

/** sgz_merge_begin() - take the blobs over; sgz_merge_end() is needed then */
int sgz_merge_begin(struct sgz_merge *m);

/** sgz_merge_root() - the root directory has the attributes of that layer's */
int sgz_merge_root(struct sgz_merge *m, uint32_t layer);

/** sgz_merge_open() - the entries added from now on are those of @dir */
void sgz_merge_open(struct sgz_merge *m, uint32_t dir);

/**
 * sgz_merge_entry() - a name becomes visible
 * @m: the index
 * @dir: number of the directory, which was opened
 * @layer: the layer that it is from
 * @d: its record there
 * @ino: set to the inode's number in the index
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_merge_entry(struct sgz_merge *m, uint32_t dir, uint32_t layer,
		    const struct stargz_dirent *d, uint32_t *ino);

/** sgz_merge_attributes() - directory @mine has those of one of a layer */
void sgz_merge_attributes(struct sgz_merge *m, uint32_t mine, uint32_t layer,
			  uint32_t ino);

/**
 * sgz_merge_data() - what the inodes hold, once all are there
 * @m: the index
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_merge_data(struct sgz_merge *m);

/** sgz_merge_end() - release all but the index */
void sgz_merge_end(struct sgz_merge *m);

#endif /* SGZ_BUILD_MERGE_TABLES_H */
