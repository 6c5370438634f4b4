/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Making the tables of an index.
 */
#ifndef SGZ_INDEX_TABLES_H
#define SGZ_INDEX_TABLES_H

#include "blob/blob.h"
#include "format/spans.h"
#include "index/index.h"
#include "index/layout.h"

/**
 * sgz_index_from_tree() - fill all tables and the superblock
 * @index: initially zeroed
 * @ctx: the call
 * @tree: the tree
 * @layout: order of inodes and directory entries
 * @spans: the spans of the layer
 * @blob: the layer
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_index_from_tree(struct sgz_index *index, const struct sgz_context *ctx,
			const struct sgz_tree *tree,
			const struct sgz_layout *layout,
			struct sgz_spans *spans, const struct sgz_blob *blob);

/**
 * sgz_index_seal() - place the tables, compute hash tree, checksum and digest
 * @index: the index, after its last change
 * @ctx: the call
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_index_seal(struct sgz_index *index, const struct sgz_context *ctx);

/** sgz_index_write() - write a sealed index, from the current position on */
int sgz_index_write(const struct sgz_index *index,
		    const struct sgz_context *ctx, int fd);

/** sgz_index_name() - append to the heap of names; sets @where */
int sgz_index_name(struct sgz_index *index, const struct sgz_context *ctx,
		   const char *bytes, size_t len, __le32 *where);

/** sgz_index_stats() - counts of entries, inodes and so on of a sealed index */
void sgz_index_stats(const struct sgz_index *index,
		     struct stargz_index_stats *stats);

#endif /* SGZ_INDEX_TABLES_H */
