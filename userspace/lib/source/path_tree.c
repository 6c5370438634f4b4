// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * A hash table over (parent, name).
 */
#include <errno.h>
#include <string.h>

#include "base/hash.h"
#include "source/path_tree.h"

static uint32_t *find_slot(const struct sgz_path_tree *tree, uint32_t dir,
			   const char *name, size_t len)
{
	uint32_t *slots = tree->slots.data;
	size_t mask = tree->slots.count - 1;
	size_t i = sgz_hash(dir, name, len) & mask;

	for (; slots[i]; i = (i + 1) & mask) {
		const struct sgz_path_node *n = sgz_path_node(tree, slots[i] - 1);

		if (n->parent == dir && n->name_len == len &&
		    !memcmp(n->name, name, len))
			break;
	}
	return &slots[i];
}

static int grow_slots(struct sgz_path_tree *tree)
{
	size_t room = tree->slots.count ? 2 * tree->slots.count : 64;

	sgz_vec_free(&tree->slots);
	if (!sgz_vec_add(&tree->slots, room, sizeof(uint32_t)))
		return -ENOMEM;
	for (uint32_t i = 1; i < tree->nodes.count; i++) {
		const struct sgz_path_node *n = sgz_path_node(tree, i);

		*find_slot(tree, n->parent, n->name, n->name_len) = i + 1;
	}
	return 0;
}

uint32_t sgz_path_child(const struct sgz_path_tree *tree, uint32_t dir,
			const char *name, size_t len)
{
	return tree->slots.count ? *find_slot(tree, dir, name, len) - 1 :
				   SGZ_NO_PATH;
}

/* The length of the next name of a path. */
static size_t name_length(const char *path, const char *end)
{
	const char *slash = memchr(path, '/', end - path);

	return (slash ? slash : end) - path;
}

uint32_t sgz_path_find(const struct sgz_path_tree *tree, const char *path,
		       size_t len)
{
	uint32_t node = tree->nodes.count ? SGZ_PATH_ROOT : SGZ_NO_PATH;
	const char *end = path + len;

	while (path < end && node != SGZ_NO_PATH) {
		size_t part = name_length(path, end);

		node = sgz_path_child(tree, node, path, part);
		path += part + 1;
	}
	return node;
}

uint32_t sgz_path_put(struct sgz_path_tree *tree, uint32_t dir,
		      const char *name, size_t len)
{
	struct sgz_path_node *n;
	uint32_t *slot = NULL;

	if (2 * tree->nodes.count >= tree->slots.count && grow_slots(tree))
		return SGZ_NO_PATH;
	if (tree->nodes.count) {
		slot = find_slot(tree, dir, name, len);
		if (*slot)
			return *slot - 1;
	}
	if (tree->nodes.count >= SGZ_NO_PATH - 1)
		return SGZ_NO_PATH;
	n = sgz_vec_add(&tree->nodes, 1, sizeof(*n));
	if (!n)
		return SGZ_NO_PATH;
	n->name = name;
	n->name_len = len;
	n->parent = slot ? dir : SGZ_PATH_ROOT;
	n->value = SGZ_NO_PATH;
	if (slot)
		*slot = tree->nodes.count;
	return tree->nodes.count - 1;
}

uint32_t sgz_path_add(struct sgz_path_tree *tree, const char *path, size_t len)
{
	const char *end = path + len;
	uint32_t node = SGZ_PATH_ROOT;

	if (!tree->nodes.count)
		node = sgz_path_put(tree, SGZ_PATH_ROOT, "", 0);
	while (path < end && node != SGZ_NO_PATH) {
		size_t part = name_length(path, end);

		node = sgz_path_put(tree, node, path, part);
		path += part + 1;
	}
	return node;
}

void sgz_path_free(struct sgz_path_tree *tree)
{
	sgz_vec_free(&tree->nodes);
	sgz_vec_free(&tree->slots);
}
