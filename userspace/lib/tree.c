// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * From paths to a tree: a node for every name, found by a hash table over
 * (parent, name). Nothing recurses and no step looks at more than one node.
 */
#include <string.h>

#include "hash.h"
#include "stargz_fs.h"
#include "tree.h"

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

/* Find a name in a directory or add it. */
static int get_node(struct sgz_tree *tree, const struct sgz_context *ctx,
		    uint32_t dir, const char *name, size_t len, uint32_t *node)
{
	struct sgz_node *n;

	*node = sgz_tree_find(tree, dir, name, len);
	if (*node != SGZ_NONE)
		return 0;
	if (tree->nodes.count >= SGZ_ENTRIES_MAX)
		return sgz_fail(ctx, -E2BIG, "more than %u names",
				SGZ_ENTRIES_MAX);
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
	*find_slot(tree, dir, name, len) = *node + 1;
	return 0;
}

/*
 * What an entry stands for: itself, or for a hard link in a tar, which is read
 * in order, what has that name by now.
 */
static uint32_t stands_for(const struct sgz_tree *tree, uint32_t number)
{
	const struct sgz_entry *entry = sgz_toc_entry(tree->toc, number);
	const struct sgz_node *target;
	uint32_t node;

	if (!tree->toc->in_order || !(entry->flags & SGZ_HARDLINK))
		return number;
	node = sgz_tree_find_path(tree, entry->link, entry->link_len);
	if (node == SGZ_NONE)
		return number;
	target = sgz_tree_node(tree, node);
	return sgz_node_is_dir(tree, target) ? number : target->entry;
}

static int add_entry(struct sgz_tree *tree, const struct sgz_context *ctx,
		     uint32_t number)
{
	const struct sgz_entry *entry = sgz_toc_entry(tree->toc, number);
	const char *p = entry->name, *end = p + entry->name_len;
	uint32_t node = SGZ_ROOT;

	if (entry->name_len && memchr(p, '\0', entry->name_len))
		return sgz_fail(ctx, -EUCLEAN, "%s: a NUL byte in the name",
				sgz_entry_quoted(entry).text);
	while (p < end) {
		const char *slash = memchr(p, '/', end - p);
		size_t len = (slash ? slash : end) - p;
		int ret;

		if (len > STARGZ_NAME_MAX)
			return sgz_fail(ctx, -EUCLEAN,
					"%s: a name longer than 255 bytes",
					sgz_entry_quoted(entry).text);
		ret = get_node(tree, ctx, node, p, len, &node);
		if (ret)
			return ret;
		p += len + 1;
	}
	sgz_tree_node(tree, node)->entry = stands_for(tree, number);
	return 0;
}

static int check(const struct sgz_tree *tree, const struct sgz_context *ctx)
{
	if (!sgz_node_is_dir(tree, sgz_tree_node(tree, SGZ_ROOT)))
		return sgz_fail(ctx, -EUCLEAN,
				"\"/\": the root is not a directory");
	for (uint32_t i = 1; i < tree->nodes.count; i++) {
		const struct sgz_node *node = sgz_tree_node(tree, i);
		const struct sgz_node *parent =
			sgz_tree_node(tree, node->parent);

		if (!sgz_node_is_dir(tree, parent))
			return sgz_fail(ctx, -EUCLEAN,
					"%s: not a directory, but has the entry %s below it",
					sgz_entry_quoted(sgz_node_entry(tree, parent)).text,
					sgz_quote(node->name, node->name_len).text);
	}
	return 0;
}

int sgz_tree_build(struct sgz_tree *tree, const struct sgz_context *ctx)
{
	struct sgz_node *root;

	root = sgz_vec_add(&tree->nodes, 1, sizeof(*root));
	if (!root || grow_slots(tree))
		return sgz_nomem(ctx);
	root->name = "";
	root->entry = SGZ_NONE;
	for (uint32_t i = 0; i < tree->toc->entries.count; i++) {
		int ret = add_entry(tree, ctx, i);

		if (ret)
			return ret;
	}
	return check(tree, ctx);
}

void sgz_tree_free(struct sgz_tree *tree)
{
	sgz_vec_free(&tree->nodes);
	sgz_vec_free(&tree->slots);
}
