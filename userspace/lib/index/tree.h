/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The directory tree that the entries of a TOC describe.
 */
#ifndef SGZ_INDEX_TREE_H
#define SGZ_INDEX_TREE_H

#include "toc/toc.h"

#define SGZ_NONE	UINT32_MAX
#define SGZ_ROOT	0

/* sgz_node.flags */
#define SGZ_NODE_HIDDEN		0x01	/* not in the index */
#define SGZ_NODE_WHITEOUT	0x02	/* becomes a device 0:0 */
#define SGZ_NODE_OPAQUE		0x04	/* directory: hides lower layers */
#define SGZ_NODE_BELOW_OPAQUE	0x08	/* directory: opaque, or below one */
#define SGZ_NODE_NAMED		0x10	/* an entry has had this path */
#define SGZ_NODE_FRESH		0x20	/* replaces a removed node */

/**
 * struct sgz_node - a file that has, or had, a name
 * @name: the name
 * @parent: node of the directory; for the root, the root itself
 * @entry: number of the entry, for a hard link that of its target; %SGZ_NONE
 *	for a directory without an entry
 * @ino: inode number of a directory or whiteout, set by the layout
 * @before: a node that had this path before, or %SGZ_NONE
 * @born: the entry that created this node, counted from 1
 * @opaque: the last entry that made it or a parent directory opaque, likewise
 * @below: for a directory: the directory in the layers below, or zero
 * @name_len: length of @name in bytes, at most 255
 * @flags: SGZ_NODE_*
 *
 * The number of a node is greater than that of its parent.
 */
struct sgz_node {
	const char *name;
	uint32_t parent;
	uint32_t entry;
	uint32_t ino;
	uint32_t before;
	uint32_t born;
	uint32_t opaque;
	uint32_t below;
	uint8_t name_len;
	uint8_t flags;
};

/**
 * struct sgz_tree - all names
 * @toc: the entries
 * @below: the layers below, or NULL when they are not known
 * @raw: the raw view: whiteouts and opaque markers are files
 * @nodes: struct sgz_node, the root first
 * @slots: hash table of the current nodes, plus one, by parent and name
 */
struct sgz_tree {
	struct sgz_toc *toc;
	struct sgz_below *below;
	bool raw;
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

/** sgz_node_is_implied() - does it get the attributes of a directory below? */
static inline bool sgz_node_is_implied(const struct sgz_tree *tree,
				       const struct sgz_node *node)
{
	bool root = node == sgz_tree_node(tree, SGZ_ROOT);

	/* A directory that replaces a removed node has nothing below. */
	return node->entry == SGZ_NONE &&
	       !(node->flags & (SGZ_NODE_WHITEOUT | SGZ_NODE_FRESH)) &&
	       (root || !(sgz_tree_node(tree, node->parent)->flags &
			  SGZ_NODE_BELOW_OPAQUE));
}

/** sgz_tree_find() - look up a name in a directory; SGZ_NONE if missing */
uint32_t sgz_tree_find(const struct sgz_tree *tree, uint32_t dir,
		       const char *name, size_t len);

/** sgz_tree_find_path() - look up a cleaned path; SGZ_NONE if missing */
uint32_t sgz_tree_find_path(const struct sgz_tree *tree, const char *path,
			    size_t len);

/**
 * sgz_tree_root() - create the root of a tree
 * @tree: initially zeroed, except @toc, @below and @raw
 * @ctx: the call
 *
 * Return: 0, or -ENOMEM with the error text set.
 */
int sgz_tree_root(struct sgz_tree *tree, const struct sgz_context *ctx);

/**
 * sgz_tree_put() - create a node for a name
 * @tree: the tree
 * @ctx: the call
 * @dir: node of the directory
 * @name: the name; must stay valid as long as the tree
 * @len: its length in bytes, at most 255
 * @node: set to the number of the new node; the caller fills it in, except its
 *	name and parent. An existing node of the name becomes hidden.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_tree_put(struct sgz_tree *tree, const struct sgz_context *ctx,
		 uint32_t dir, const char *name, size_t len, uint32_t *node);

/** sgz_tree_free() - release, without the TOC */
void sgz_tree_free(struct sgz_tree *tree);

#endif /* SGZ_INDEX_TREE_H */
