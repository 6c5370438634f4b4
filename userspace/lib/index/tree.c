// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * A node for every name, found with a hash table over (parent, name). A
 * replaced node stays, but a lookup no longer finds it.
 */
#include <string.h>

#include "base/hash.h"
#include "index/tree.h"
#include "stargz_fs.h"

/* Maximum number of nodes, including replaced ones. */
#define SGZ_NODES_MAX	SGZ_ENTRIES_MAX

static uint32_t *find_slot(const struct sgz_tree *tree, uint32_t dir,
			   const char *name, size_t len)
{
	uint32_t *slots = tree->slots.data;
	size_t mask = tree->slots.count - 1;
	size_t i = sgz_hash(dir, name, len) & mask;

	for (; slots[i]; i = (i + 1) & mask) {
		const struct sgz_node *n = sgz_tree_node(tree, slots[i] - 1);

		if (n->parent == dir && n->name_len == len &&
		    !memcmp(n->name, name, len))
			break;
	}
	return &slots[i];
}

static int grow_slots(struct sgz_tree *tree)
{
	size_t room = tree->slots.count ? 2 * tree->slots.count : 1024;

	sgz_vec_free(&tree->slots);
	if (!sgz_vec_add(&tree->slots, room, sizeof(uint32_t)))
		return -ENOMEM;
	/* Later nodes replace earlier ones. */
	for (uint32_t i = 1; i < tree->nodes.count; i++) {
		const struct sgz_node *n = sgz_tree_node(tree, i);

		*find_slot(tree, n->parent, n->name, n->name_len) = i + 1;
	}
	return 0;
}

uint32_t sgz_tree_find(const struct sgz_tree *tree, uint32_t dir,
		       const char *name, size_t len)
{
	return *find_slot(tree, dir, name, len) - 1;
}

uint32_t sgz_tree_find_path(const struct sgz_tree *tree, const char *path,
			    size_t len)
{
	const char *end = path + len;
	uint32_t node = SGZ_ROOT;

	while (path < end && node != SGZ_NONE) {
		const char *slash = memchr(path, '/', end - path);
		size_t part = (slash ? slash : end) - path;

		if (part > STARGZ_NAME_MAX)
			return SGZ_NONE;
		node = sgz_tree_find(tree, node, path, part);
		path += part + 1;
	}
	return node;
}

int sgz_tree_put(struct sgz_tree *tree, const struct sgz_context *ctx,
		 uint32_t dir, const char *name, size_t len, uint32_t *node)
{
	uint32_t *slot;
	struct sgz_node *n;

	if (tree->nodes.count >= SGZ_NODES_MAX)
		return sgz_fail(ctx, -E2BIG, "more than %u names",
				SGZ_NODES_MAX);
	if (2 * tree->nodes.count >= tree->slots.count && grow_slots(tree))
		return sgz_nomem(ctx);
	n = sgz_vec_add(&tree->nodes, 1, sizeof(*n));
	if (!n)
		return sgz_nomem(ctx);
	n->name = name;
	n->name_len = len;
	n->parent = dir;
	n->entry = SGZ_NONE;
	*node = tree->nodes.count - 1;
	slot = find_slot(tree, dir, name, len);
	n->before = *slot ? *slot - 1 : SGZ_NONE;
	if (*slot)
		sgz_tree_node(tree, *slot - 1)->flags |= SGZ_NODE_HIDDEN;
	*slot = *node + 1;
	return 0;
}

int sgz_tree_root(struct sgz_tree *tree, const struct sgz_context *ctx)
{
	struct sgz_node *root;

	root = sgz_vec_add(&tree->nodes, 1, sizeof(*root));
	if (!root || grow_slots(tree))
		return sgz_nomem(ctx);
	root->name = "";
	root->entry = SGZ_NONE;
	root->before = SGZ_NONE;
	return 0;
}

void sgz_tree_free(struct sgz_tree *tree)
{
	sgz_vec_free(&tree->nodes);
	sgz_vec_free(&tree->slots);
}
