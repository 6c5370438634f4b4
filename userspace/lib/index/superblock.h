/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The superblock of an index: where the tables are, and who it is.
 */
#ifndef SGZ_INDEX_SUPERBLOCK_H
#define SGZ_INDEX_SUPERBLOCK_H

#include "base/context.h"
#include "index/index.h"
#include "index/tree.h"

/**
 * sgz_superblock_fill() - place the tables and fill the superblock
 * @index: all tables made
 * @ctx: the call
 * @tree: what they were made from
 * @data_bytes: sum of the sizes of the regular files
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_superblock_fill(struct sgz_index *index, const struct sgz_context *ctx,
			const struct sgz_tree *tree, uint64_t data_bytes);

/**
 * sgz_superblock_merged() - the same for an index of several layers
 * @index: all tables made
 * @ctx: the call
 * @layers: their indexes
 * @count: how many
 * @chain: it is that of the last one, made with the others below it
 * @data_bytes: sum of the sizes of the regular files
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_superblock_merged(struct sgz_index *index,
			  const struct sgz_context *ctx,
			  const struct sgz_index *layers, size_t count,
			  bool chain, uint64_t data_bytes);

/**
 * sgz_superblock_chained() - give the index of a layer the UUID of its chain
 * @layers: the indexes of the layers below, of which each has that of its own
 *	chain, and that of the layer
 * @ctx: the call
 * @count: how many
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_superblock_chained(struct sgz_index *layers,
			   const struct sgz_context *ctx, size_t count);

/** sgz_superblock_seal() - compute the checksum, after the last change */
void sgz_superblock_seal(struct sgz_index *index);

#endif /* SGZ_INDEX_SUPERBLOCK_H */
