/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The tables of a merged index.
 */
#ifndef SGZ_BUILD_MERGE_TABLES_H
#define SGZ_BUILD_MERGE_TABLES_H

#include "base/xattr_pool.h"
#include "index/tables.h"

/**
 * struct sgz_merge_layer - new numbers of the records of a layer
 * @used: records of the layer are copied; else the rest is not set
 * @inodes: number of each inode in the index, or zero
 * @spans: number of each span in the index plus one, or zero
 * @xattrs: for each 4 bytes of the xattr table, the id in the index of the set
 *	that starts there plus one, or zero
 * @blobs: number of each blob in the index
 */
struct sgz_merge_layer {
	bool used;
	uint32_t *inodes;
	uint32_t *spans;
	uint32_t *xattrs;
	uint16_t *blobs;
};

/**
 * struct sgz_merge - an index that is being merged
 * @index: the tables so far
 * @ctx: the call
 * @layers: the index of each layer, lowest first
 * @count: number of layers
 * @chain: the index is that of the topmost layer, as an upper layer of
 *	overlayfs, with its files of lower layers
 * @map: new numbers of the records of each layer
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

/** struct sgz_merge_origin - layer and inode of an inode of the index */
struct sgz_merge_origin {
	uint32_t layer;
	uint32_t ino;
};

/** sgz_merge_begin() - copy the blobs; sgz_merge_end() must follow */
int sgz_merge_begin(struct sgz_merge *m);

/** sgz_merge_root() - add the root, with the attributes of that of a layer */
int sgz_merge_root(struct sgz_merge *m, uint32_t layer);

/** sgz_merge_open() - start adding the entries of @dir */
void sgz_merge_open(struct sgz_merge *m, uint32_t dir);

/**
 * sgz_merge_entry() - add a visible name
 * @m: the index
 * @dir: number of the directory of the last sgz_merge_open()
 * @layer: the layer of the name
 * @d: its record there
 * @ino: set to the number of the inode in the index
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_merge_entry(struct sgz_merge *m, uint32_t dir, uint32_t layer,
		    const struct stargz_dirent *d, uint32_t *ino);

/** sgz_merge_attributes() - give directory @mine those of @ino of @layer */
void sgz_merge_attributes(struct sgz_merge *m, uint32_t mine, uint32_t layer,
			  uint32_t ino);

/**
 * sgz_merge_data() - copy the contents of all inodes, after the last name
 * @m: the index
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_merge_data(struct sgz_merge *m);

/** sgz_merge_end() - release everything except the index */
void sgz_merge_end(struct sgz_merge *m);

#endif /* SGZ_BUILD_MERGE_TABLES_H */
