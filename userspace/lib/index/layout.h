/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The order of inodes and directory entries.
 */
#ifndef SGZ_INDEX_LAYOUT_H
#define SGZ_INDEX_LAYOUT_H

#include "index/tree.h"

/**
 * struct sgz_layout - order of inodes and directory entries
 * @first: for each node, the start of its children in @children; one more
 *	element than there are nodes
 * @children: visible nodes by parent, then by name
 * @inodes: first node of each inode, by inode number minus one
 * @nlink: number of links of each inode
 * @entries: number of visible directory entries
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
 * @layout: filled in; initially zeroed
 * @ctx: the call
 * @tree: the final tree
 *
 * The order is breadth first, the children of a directory by name. So a
 * directory has a greater number than its parent, and the entries of
 * directories are in the order of the numbers of the directories.
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
