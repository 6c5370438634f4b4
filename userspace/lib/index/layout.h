/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The order of inodes and directory entries.
 */
#ifndef SGZ_INDEX_LAYOUT_H
#define SGZ_INDEX_LAYOUT_H

#include "index/tree.h"

/**
 * struct sgz_layout - who comes where
 * @first: for each node, where its children begin in @children; one more
 *	element than there are nodes
 * @children: visible nodes by parent, those of one parent sorted by name
 * @inodes: for each inode number minus one the first node that stands for it
 * @nlink: for each inode its number of links
 * @entries: visible directory entries in all
 */
struct sgz_layout {
	struct sgz_vec first;
	struct sgz_vec children;
	struct sgz_vec inodes;
	struct sgz_vec nlink;
	uint64_t entries;
};

/**
 * sgz_layout_make() - give every visible node its inode number
 * @layout: filled; zeroed by the caller
 * @ctx: the call
 * @tree: the tree as it is to be shown
 *
 * Breadth first, the children of one directory by name; so a directory has a
 * greater number than its parent, and the directories appear in the order of
 * their numbers.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_layout_make(struct sgz_layout *layout, const struct sgz_context *ctx,
		    const struct sgz_tree *tree);

/** sgz_node_ino() - inode number of a visible node, or 0 before it has one */
uint32_t *sgz_node_ino(const struct sgz_tree *tree, struct sgz_node *node);

/** sgz_layout_inode() - first node of an inode, by number minus one */
static inline uint32_t sgz_layout_inode(const struct sgz_layout *layout,
					uint32_t i)
{
	return ((const uint32_t *)layout->inodes.data)[i];
}

/** sgz_layout_free() - release */
void sgz_layout_free(struct sgz_layout *layout);

#endif /* SGZ_INDEX_LAYOUT_H */
