/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The superblock of an index: positions of the tables, and the UUID.
 */
#ifndef SGZ_INDEX_SUPERBLOCK_H
#define SGZ_INDEX_SUPERBLOCK_H

#include "base/context.h"
#include "index/index.h"
#include "index/tree.h"

/**
 * sgz_superblock_fill() - set the UUID and the size of all files
 * @index: the index, with complete tables
 * @ctx: the call
 * @tree: the tree of the tables
 * @data_bytes: sum of the sizes of the regular files in bytes
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_superblock_fill(struct sgz_index *index, const struct sgz_context *ctx,
			const struct sgz_tree *tree, uint64_t data_bytes);

/**
 * sgz_superblock_merged() - the same for an index of several layers
 * @index: the index, with complete tables
 * @ctx: the call
 * @layers: the indexes of the layers
 * @count: number of layers
 * @chain: it is the index of the last layer, on top of the others
 * @data_bytes: sum of the sizes of the regular files in bytes
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_superblock_merged(struct sgz_index *index,
			  const struct sgz_context *ctx,
			  const struct sgz_index *layers, size_t count,
			  bool chain, uint64_t data_bytes);

/**
 * sgz_superblock_chained() - give the index of a layer the UUID of its chain
 * @layers: the indexes of the layers below, each with the UUID of its chain,
 *	then that of the layer
 * @ctx: the call
 * @count: number of indexes
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_superblock_chained(struct sgz_index *layers,
			   const struct sgz_context *ctx, size_t count);

/**
 * sgz_superblock_place() - set the positions of the tables and of the hash tree
 * @index: the index, after the last change of the size of a table
 */
void sgz_superblock_place(struct sgz_index *index);

#endif /* SGZ_INDEX_SUPERBLOCK_H */
