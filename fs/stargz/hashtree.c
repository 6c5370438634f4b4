// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - verification of the tables of the index by the hash tree.
 *
 * A block of the tables is hashed when a record in it is first used, and its
 * hash compared with that in the lowest level of the tree. The block of the tree
 * is verified in the same way, up to the first one that was verified before, at
 * most to the root in the superblock. Reading a record therefore costs one hash
 * of 4 KiB, and mounting costs nothing. fs-verity works in this way.
 *
 * A folio of the index that was verified has the flag "checked", which the page
 * cache clears with the folio. Tables and tree are in the page cache of the same
 * inode, which no user can map or write.
 *
 * Locking: none. Two tasks may verify the same folio at the same time; both come
 * to the same result, because nothing changes a folio that is uptodate.
 */
#include <linux/pagemap.h>

#include "internal.h"

/* log2(STARGZ_TREE_ARITY) */
#define STARGZ_TREE_BITS	7
static_assert(1 << STARGZ_TREE_BITS == STARGZ_TREE_ARITY);

/* Can the flag of a folio stand for a block of the tree? */
#define STARGZ_BLOCK_IS_PAGE	(PAGE_SIZE == STARGZ_BLOCK_SIZE)

/**
 * struct stargz_tree_path - blocks of the tree above a leaf
 * @folio: folio of the block in each level, lowest first; referenced
 * @block: the block in the folio
 * @nr: number of blocks that are not verified yet
 */
struct stargz_tree_path {
	struct folio *folio[STARGZ_TREE_LEVELS];
	const u8 *block[STARGZ_TREE_LEVELS];
	unsigned int nr;
};

/* Offset of the hash that covers @leaf in the block of @level. */
static size_t stargz_tree_hash_at(u64 leaf, unsigned int level)
{
	return (leaf >> (level * STARGZ_TREE_BITS) & (STARGZ_TREE_ARITY - 1)) *
	       STARGZ_HASH_SIZE;
}

static int stargz_tree_differs(struct super_block *sb, u64 block)
{
	struct stargz_sb_info *sbi = STARGZ_SB(sb);

	/* A record is used several times for one read. */
	if (!stargz_mark_set(&sbi->bad_blocks, block))
		return -EFSCORRUPTED;
	stargz_err(sb, "block %llu of the index does not match the hash tree",
		   block);
	stargz_stat_add(sbi, STARGZ_STAT_VERIFY_FAILURES, 1);
	stargz_report_metadata(sb, -EFSCORRUPTED);
	return -EFSCORRUPTED;
}

/* Compare the hash of block @nr of the index with @want. */
static int stargz_tree_compare(struct super_block *sb, u64 nr, const u8 *data,
			       const u8 *want)
{
	u8 digest[STARGZ_HASH_SIZE];
	int err = stargz_sha256(STARGZ_SB(sb), data, STARGZ_BLOCK_SIZE, digest);

	if (err)
		return err;
	if (memcmp(digest, want, STARGZ_HASH_SIZE))
		return stargz_tree_differs(sb, nr);
	return 0;
}

/* The block of @level that covers @leaf. */
static u64 stargz_tree_block(const struct stargz_tree_shape *tree, u64 leaf,
			     unsigned int level)
{
	return tree->level[level] +
	       (leaf >> ((level + 1) * STARGZ_TREE_BITS));
}

/*
 * Collect the blocks above @leaf up to the first verified one. Sets @want to the
 * hash that the highest collected block, or the leaf, must have.
 */
static int stargz_tree_climb(struct super_block *sb, u64 leaf,
			     struct stargz_tree_path *path, u8 *want)
{
	const struct stargz_super_info *super = &STARGZ_SB(sb)->super;

	for (path->nr = 0; path->nr < super->tree.levels; path->nr++) {
		u64 pos = stargz_tree_block(&super->tree, leaf, path->nr) *
			  STARGZ_BLOCK_SIZE;
		struct folio *folio = stargz_meta_block(sb, pos);
		const u8 *block;

		if (IS_ERR(folio))
			return PTR_ERR(folio);
		block = folio_address(folio) + (pos - folio_pos(folio));
		if (STARGZ_BLOCK_IS_PAGE && folio_test_checked(folio)) {
			memcpy(want, block + stargz_tree_hash_at(leaf, path->nr),
			       STARGZ_HASH_SIZE);
			folio_put(folio);
			return 0;
		}
		path->folio[path->nr] = folio;
		path->block[path->nr] = block;
	}
	memcpy(want, super->root, STARGZ_HASH_SIZE);
	return 0;
}

/* Verify the collected blocks from the highest down; updates @want. */
static int stargz_tree_descend(struct super_block *sb, u64 leaf,
			       const struct stargz_tree_path *path, u8 *want)
{
	const struct stargz_tree_shape *tree = &STARGZ_SB(sb)->super.tree;
	unsigned int level;

	for (level = path->nr; level--; ) {
		const u8 *block = path->block[level];
		int err;

		err = stargz_tree_compare(sb,
					  stargz_tree_block(tree, leaf, level),
					  block, want);
		if (err)
			return err;
		if (STARGZ_BLOCK_IS_PAGE)
			folio_set_checked(path->folio[level]);
		memcpy(want, block + stargz_tree_hash_at(leaf, level),
		       STARGZ_HASH_SIZE);
	}
	return 0;
}

/* Verify block @nr of the tables, which is at @data. */
static int stargz_tree_leaf(struct super_block *sb, u64 nr, const u8 *data)
{
	struct stargz_tree_path path;
	u8 want[STARGZ_HASH_SIZE];
	u64 leaf = nr - 1;
	int err;

	err = stargz_tree_climb(sb, leaf, &path, want);
	if (!err)
		err = stargz_tree_descend(sb, leaf, &path, want);
	while (path.nr)
		folio_put(path.folio[--path.nr]);
	return err ? err : stargz_tree_compare(sb, nr, data, want);
}

/**
 * stargz_tree_verify() - verify a folio of the tables
 * @sb: the file system, with a transform for SHA-256
 * @folio: of the index, uptodate and referenced
 *
 * Sleeps. Locks folios of the index only.
 *
 * Return: 0, -EFSCORRUPTED, or an error of reading or hashing.
 */
int stargz_tree_verify(struct super_block *sb, struct folio *folio)
{
	const struct stargz_tree_shape *tree = &STARGZ_SB(sb)->super.tree;
	u64 pos = folio_pos(folio), end = pos + folio_size(folio);

	if (folio_test_checked(folio))
		return 0;
	for (; pos < end; pos += STARGZ_BLOCK_SIZE) {
		u64 nr = pos / STARGZ_BLOCK_SIZE;
		int err;

		/* The superblock and the tree itself hold no records. */
		if (!nr || nr > tree->leaves)
			continue;
		err = stargz_tree_leaf(sb, nr, folio_address(folio) +
				       (pos - folio_pos(folio)));
		if (err)
			return err;
		cond_resched();
	}
	folio_set_checked(folio);
	return 0;
}
