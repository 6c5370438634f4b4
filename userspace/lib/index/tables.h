/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The tables of an index, in memory.
 */
#ifndef SGZ_INDEX_TABLES_H
#define SGZ_INDEX_TABLES_H

#include "format/spans.h"
#include "index/layout.h"

/**
 * struct sgz_image - an index
 * @table: records of each table, in on-disk form; the xattr heap is the
 *	pool's
 * @sb: the superblock
 * @grafts: struct sgz_graft, by inode number. Until they are resolved by
 *	sgz_merge() or sgz_chain(), the index cannot be written
 */
struct sgz_image {
	struct sgz_vec table[STARGZ_TABLES];
	struct stargz_super_block sb;
	struct sgz_vec grafts;
};

/**
 * struct sgz_graft - an inode that stands for one of a layer below
 * @ino: its number
 * @layer: the layer
 * @below: the inode's number there
 */
struct sgz_graft {
	uint32_t ino;
	uint32_t layer;
	uint32_t below;
};

/**
 * sgz_image_graft() - follow an inode to the layer that has its content
 * @image: an index
 * @layer: its number; set to that of the layer
 * @ino: inode number; set to that in the layer
 *
 * Return: whether there is such a layer; if not, nothing is set.
 */
bool sgz_image_graft(const struct sgz_image *image, uint32_t *layer,
		     uint32_t *ino);

/**
 * sgz_image_make() - fill all tables and the superblock
 * @image: zeroed by the caller
 * @ctx: the call
 * @tree: what is in the index
 * @layout: in which order
 * @spans: where the content is
 * @blob: the layer
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_image_make(struct sgz_image *image, const struct sgz_context *ctx,
		   const struct sgz_tree *tree,
		   const struct sgz_layout *layout,
		   struct sgz_spans *spans, const struct sgz_blob *blob);

/** sgz_image_write() - write an index, from the current position on */
int sgz_image_write(const struct sgz_image *image,
		    const struct sgz_context *ctx, int fd);

/** sgz_image_name() - append to the heap of names and say where that is */
int sgz_image_name(struct sgz_image *image, const struct sgz_context *ctx,
		   const char *bytes, size_t len, __le32 *where);

/** sgz_image_stats() - how much of what there is */
void sgz_image_stats(const struct sgz_image *image,
		     struct stargz_index_stats *stats);

/** sgz_image_free() - release */
void sgz_image_free(struct sgz_image *image);

#endif /* SGZ_INDEX_TABLES_H */
