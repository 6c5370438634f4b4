/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The hash tree of an index: SHA-256 of each block of its tables, and of the
 * blocks of hashes. &struct stargz_super_block describes its form.
 */
#ifndef SGZ_INDEX_HASH_TREE_H
#define SGZ_INDEX_HASH_TREE_H

#include "base/memory.h"
#include "base/sha256.h"
#include "stargz_fs.h"

/**
 * struct sgz_hash_tree - a hash tree in progress
 * @sha: digest of the bytes of the current block
 * @fill: number of these bytes
 * @leaves: hashes of the complete blocks
 */
struct sgz_hash_tree {
	struct sgz_sha256 sha;
	size_t fill;
	struct sgz_vec leaves;
};

/** sgz_hash_tree_open() - start; after success the tree must be closed */
int sgz_hash_tree_open(struct sgz_hash_tree *tree,
		       const struct sgz_context *ctx);

/**
 * sgz_hash_tree_add() - add bytes of the tables
 * @tree: the tree
 * @ctx: the call
 * @bytes: the bytes that follow those of the previous call
 * @len: their number; the sum of all calls is a multiple of the block size, and
 *	not zero
 *
 * Return: 0, or -ENOMEM with the error text set.
 */
int sgz_hash_tree_add(struct sgz_hash_tree *tree, const struct sgz_context *ctx,
		      const void *bytes, size_t len);

/**
 * sgz_hash_tree_end() - compute the levels above the blocks of the tables
 * @tree: the tree, after the last block of the tables
 * @ctx: the call
 * @blocks: set to the bytes of the tree, in the order of the index; must be
 *	empty
 * @root: set to the root hash
 *
 * Return: 0, or -ENOMEM with the error text set.
 */
int sgz_hash_tree_end(struct sgz_hash_tree *tree, const struct sgz_context *ctx,
		      struct sgz_vec *blocks, uint8_t root[STARGZ_HASH_SIZE]);

/** sgz_hash_tree_close() - release */
void sgz_hash_tree_close(struct sgz_hash_tree *tree);

#endif /* SGZ_INDEX_HASH_TREE_H */
