/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Paths as a tree of names. Finding a path, or all directories above it, takes
 * time linear in its length; with whole paths the time is that length times the
 * number of names.
 */
#ifndef SGZ_SOURCE_PATH_TREE_H
#define SGZ_SOURCE_PATH_TREE_H

#include <stdbool.h>

#include "base/memory.h"

/* No node, and no value. */
#define SGZ_NO_PATH	UINT32_MAX
/* The node of the empty path. */
#define SGZ_PATH_ROOT	0

/**
 * struct sgz_path_node - a name
 * @name: its bytes, which the caller owns
 * @name_len: length of @name in bytes
 * @parent: node of its directory, less than its own number except for the root
 * @value: for the caller; initially %SGZ_NO_PATH
 * @passed: for the caller; initially unset
 */
struct sgz_path_node {
	const char *name;
	uint32_t name_len;
	uint32_t parent;
	uint32_t value;
	bool passed;
};

/**
 * struct sgz_path_tree - all names
 * @nodes: struct sgz_path_node, the root first; initially none
 * @slots: hash table of their numbers plus one, by parent and name
 */
struct sgz_path_tree {
	struct sgz_vec nodes;
	struct sgz_vec slots;
};

/** sgz_path_node() - node by its number */
static inline struct sgz_path_node *
sgz_path_node(const struct sgz_path_tree *tree, uint32_t i)
{
	return (struct sgz_path_node *)tree->nodes.data + i;
}

/** sgz_path_child() - the node of a name in a directory, or %SGZ_NO_PATH */
uint32_t sgz_path_child(const struct sgz_path_tree *tree, uint32_t dir,
			const char *name, size_t len);

/** sgz_path_find() - the node of a cleaned path, or %SGZ_NO_PATH */
uint32_t sgz_path_find(const struct sgz_path_tree *tree, const char *path,
		       size_t len);

/**
 * sgz_path_put() - find or add the node of a name in a directory
 * @tree: the tree
 * @dir: node of the directory; ignored for the first node, the root
 * @name: bytes of the name, which must stay valid as long as the tree
 * @len: length of @name
 *
 * Return: the node, or %SGZ_NO_PATH if memory is short.
 */
uint32_t sgz_path_put(struct sgz_path_tree *tree, uint32_t dir,
		      const char *name, size_t len);

/** sgz_path_add() - as sgz_path_put(), for a cleaned path and those above it */
uint32_t sgz_path_add(struct sgz_path_tree *tree, const char *path, size_t len);

/** sgz_path_free() - release */
void sgz_path_free(struct sgz_path_tree *tree);

#endif /* SGZ_SOURCE_PATH_TREE_H */
