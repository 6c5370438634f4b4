// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * The writer and the reader of an index compute the whole tree in this way. The
 * reader then compares it with the stored one.
 */
#include <string.h>

#include "index/hash_tree.h"
#include "record.h"

int sgz_hash_tree_open(struct sgz_hash_tree *tree,
		       const struct sgz_context *ctx)
{
	memset(tree, 0, sizeof(*tree));
	return sgz_sha256_open(&tree->sha, ctx);
}

int sgz_hash_tree_add(struct sgz_hash_tree *tree, const struct sgz_context *ctx,
		      const void *bytes, size_t len)
{
	const uint8_t *from = bytes;

	while (len) {
		size_t n = STARGZ_BLOCK_SIZE - tree->fill;
		void *hash;

		n = n < len ? n : len;
		sgz_sha256_add(&tree->sha, from, n);
		from += n;
		len -= n;
		tree->fill += n;
		if (tree->fill < STARGZ_BLOCK_SIZE)
			break;
		tree->fill = 0;
		hash = sgz_vec_add(&tree->leaves, 1, STARGZ_HASH_SIZE);
		if (!hash)
			return sgz_nomem(ctx);
		sgz_sha256_get(&tree->sha, hash);
	}
	return 0;
}

static void hash_block(struct sgz_hash_tree *tree, const uint8_t *block,
		       uint8_t *hash)
{
	sgz_sha256_add(&tree->sha, block, STARGZ_BLOCK_SIZE);
	sgz_sha256_get(&tree->sha, hash);
}

/* Hash @count blocks of a level; the hashes are the level above. */
static void hash_level(struct sgz_hash_tree *tree, const uint8_t *level,
		       uint64_t count, uint8_t *above)
{
	for (uint64_t i = 0; i < count; i++)
		hash_block(tree, level + i * STARGZ_BLOCK_SIZE,
			   above + i * STARGZ_HASH_SIZE);
}

int sgz_hash_tree_end(struct sgz_hash_tree *tree, const struct sgz_context *ctx,
		      struct sgz_vec *blocks, uint8_t root[STARGZ_HASH_SIZE])
{
	const uint64_t end = tree->leaves.count + 1;
	uint64_t count = tree->leaves.count;
	struct stargz_tree_shape shape;
	uint8_t *base;

	stargz_tree_shape(end * STARGZ_BLOCK_SIZE, &shape);
	if (!shape.levels) {
		memcpy(root, tree->leaves.data, STARGZ_HASH_SIZE);
		return 0;
	}
	base = sgz_vec_add(blocks, (shape.end - end) * STARGZ_BLOCK_SIZE, 1);
	if (!base)
		return sgz_nomem(ctx);
	memcpy(base + (shape.level[0] - end) * STARGZ_BLOCK_SIZE,
	       tree->leaves.data, count * STARGZ_HASH_SIZE);
	for (unsigned int i = 0; i < shape.levels; i++) {
		bool top = i + 1 == shape.levels;

		count = (count + STARGZ_TREE_ARITY - 1) / STARGZ_TREE_ARITY;
		hash_level(tree,
			   base + (shape.level[i] - end) * STARGZ_BLOCK_SIZE,
			   count, top ? root : base + (shape.level[i + 1] -
						       end) * STARGZ_BLOCK_SIZE);
	}
	return 0;
}

void sgz_hash_tree_close(struct sgz_hash_tree *tree)
{
	sgz_sha256_close(&tree->sha);
	sgz_vec_free(&tree->leaves);
}
