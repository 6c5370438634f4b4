// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Numbering inodes breadth first.
 */
#include <stdlib.h>
#include <string.h>

#include "index/layout.h"

static bool is_visible(const struct sgz_node *node)
{
	return !(node->flags & SGZ_NODE_HIDDEN);
}

static int compare_names(const void *left, const void *right, void *tree)
{
	const struct sgz_node *a =
		sgz_tree_node(tree, *(const uint32_t *)left);
	const struct sgz_node *b =
		sgz_tree_node(tree, *(const uint32_t *)right);
	size_t len = a->name_len < b->name_len ? a->name_len : b->name_len;
	int cmp = memcmp(a->name, b->name, len);

	return cmp ? cmp : (int)a->name_len - (int)b->name_len;
}

/* Group the nodes by parent with a counting sort. */
static int group_children(struct sgz_layout *layout,
			  const struct sgz_tree *tree)
{
	size_t count = tree->nodes.count;
	uint32_t *first = sgz_vec_add(&layout->first, count + 1,
				      sizeof(*first));
	uint32_t *children = sgz_vec_add(&layout->children, count,
					 sizeof(*children));
	uint32_t total;

	if (!first || !children)
		return -ENOMEM;
	for (size_t i = 1; i < count; i++)
		if (is_visible(sgz_tree_node(tree, i)))
			first[sgz_tree_node(tree, i)->parent + 1]++;
	for (size_t i = 0; i < count; i++)
		first[i + 1] += first[i];
	total = first[count];
	/* Placing backwards turns each end into the start. */
	for (size_t i = count - 1; i; i--)
		if (is_visible(sgz_tree_node(tree, i)))
			children[--first[sgz_tree_node(tree, i)->parent + 1]] = i;
	memmove(first, first + 1, count * sizeof(*first));
	first[count] = total;
	return 0;
}

uint32_t *sgz_node_ino(const struct sgz_tree *tree, struct sgz_node *node)
{
	struct sgz_entry *entry = sgz_node_entry(tree, node);

	if (node->flags & SGZ_NODE_WHITEOUT || !entry ||
	    sgz_entry_is(entry, S_IFDIR))
		return &node->ino;
	return &entry->ino;
}

/* Give a node an inode number, or count a link if its inode has one. */
static int number_node(struct sgz_layout *layout, const struct sgz_tree *tree,
		       uint32_t node)
{
	struct sgz_node *n = sgz_tree_node(tree, node);
	uint32_t *ino = sgz_node_ino(tree, n);
	uint32_t *link, *inode;

	if (*ino) {
		((uint32_t *)layout->nlink.data)[*ino - 1]++;
		return 0;
	}
	inode = sgz_vec_add(&layout->inodes, 1, sizeof(*inode));
	link = sgz_vec_add(&layout->nlink, 1, sizeof(*link));
	if (!inode || !link)
		return -ENOMEM;
	*inode = node;
	*link = 1;
	*ino = layout->inodes.count;
	return 0;
}

static bool is_visible_dir(const struct sgz_tree *tree,
			   const struct sgz_node *node)
{
	return !(node->flags & SGZ_NODE_WHITEOUT) &&
	       sgz_node_is_dir(tree, node);
}

static int visit_dir(struct sgz_layout *layout, const struct sgz_tree *tree,
		     uint32_t dir)
{
	const uint32_t *first = layout->first.data;
	uint32_t *children = layout->children.data;
	uint32_t links = 2;

	qsort_r(children + first[dir], first[dir + 1] - first[dir],
		sizeof(*children), compare_names, (void *)tree);
	for (uint32_t i = first[dir]; i < first[dir + 1]; i++) {
		links += is_visible_dir(tree, sgz_tree_node(tree, children[i]));
		layout->entries++;
		if (number_node(layout, tree, children[i]))
			return -ENOMEM;
	}
	((uint32_t *)layout->nlink.data)[sgz_tree_node(tree, dir)->ino - 1] =
		links;
	return 0;
}

int sgz_layout_make(struct sgz_layout *layout, const struct sgz_context *ctx,
		    const struct sgz_tree *tree)
{
	if (group_children(layout, tree) ||
	    number_node(layout, tree, SGZ_ROOT))
		return sgz_nomem(ctx);
	/* The list of inodes is also the queue of directories. */
	for (size_t i = 0; i < layout->inodes.count; i++) {
		uint32_t node = sgz_layout_inode(layout, i);

		if (!is_visible_dir(tree, sgz_tree_node(tree, node)))
			continue;
		if (visit_dir(layout, tree, node))
			return sgz_nomem(ctx);
	}
	return 0;
}

void sgz_layout_free(struct sgz_layout *layout)
{
	sgz_vec_free(&layout->first);
	sgz_vec_free(&layout->children);
	sgz_vec_free(&layout->inodes);
	sgz_vec_free(&layout->nlink);
}
