/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The directory tree that the entries of a TOC describe.
 */
#ifndef SGZ_TREE_H
#define SGZ_TREE_H

#include "toc.h"

#define SGZ_NONE	UINT32_MAX
#define SGZ_ROOT	0

/* sgz_node.flags */
#define SGZ_NODE_HIDDEN		0x01	/* not in the index */
#define SGZ_NODE_WHITEOUT	0x02	/* becomes a device 0:0 */
#define SGZ_NODE_OPAQUE		0x04	/* directory: hides lower layers */
#define SGZ_NODE_BELOW_OPAQUE	0x08	/* directory: it or one above is opaque */
#define SGZ_NODE_VISITED	0x10	/* on the way while links are followed */

/**
 * struct sgz_node - one name
 * @name: its bytes
 * @parent: node of the directory; the root's own for the root
 * @entry: number of the entry, or %SGZ_NONE for a directory that only stands
 *	in the paths of others. Of a hard link, once links are resolved, the
 *	target's
 * @ino: of a directory or whiteout: inode number, given by the layout
 * @name_len: bytes in @name, at most 255
 * @flags: SGZ_NODE_*
 *
 * A node's number is greater than its parent's.
 */
struct sgz_node {
	const char *name;
	uint32_t parent;
	uint32_t entry;
	uint32_t ino;
	uint8_t name_len;
	uint8_t flags;
};

/**
 * struct sgz_tree - all names
 * @toc: the entries
 * @nodes: struct sgz_node, the root first
 * @slots: hash table of node numbers plus one, by parent and name
 */
struct sgz_tree {
	struct sgz_toc *toc;
	struct sgz_vec nodes;
	struct sgz_vec slots;
};

/** sgz_tree_node() - node by its number */
static inline struct sgz_node *sgz_tree_node(const struct sgz_tree *tree,
					     uint32_t i)
{
	return (struct sgz_node *)tree->nodes.data + i;
}

/** sgz_node_entry() - its entry, or NULL for an implied directory */
static inline struct sgz_entry *sgz_node_entry(const struct sgz_tree *tree,
					       const struct sgz_node *node)
{
	if (node->entry == SGZ_NONE)
		return NULL;
	return sgz_toc_entry(tree->toc, node->entry);
}

/** sgz_node_is_dir() - is it a directory? */
static inline bool sgz_node_is_dir(const struct sgz_tree *tree,
				   const struct sgz_node *node)
{
	const struct sgz_entry *entry = sgz_node_entry(tree, node);

	return !entry || sgz_entry_is(entry, S_IFDIR);
}

/** sgz_tree_find() - a name in a directory; SGZ_NONE if there is none */
uint32_t sgz_tree_find(const struct sgz_tree *tree, uint32_t dir,
		       const char *name, size_t len);

/** sgz_tree_find_path() - a cleaned path; SGZ_NONE if there is nothing */
uint32_t sgz_tree_find_path(const struct sgz_tree *tree, const char *path,
			    size_t len);

/**
 * sgz_tree_build() - make the tree and check that it is one
 * @tree: filled; zeroed by the caller except for the TOC
 * @ctx: the call
 *
 * Of several entries with one path the last one stays; the children of a
 * directory are kept whichever entry it takes its attributes from. In a tar, a
 * hard link is to what its target is at that place, whatever comes later.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_tree_build(struct sgz_tree *tree, const struct sgz_context *ctx);

/** sgz_tree_free() - release, without the TOC */
void sgz_tree_free(struct sgz_tree *tree);

#endif /* SGZ_TREE_H */
