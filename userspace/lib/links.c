// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Following hard links that point forward. A chain is walked once to find its
 * end and once more to tell all its nodes, so that no link is ever followed
 * twice.
 */
#include <string.h>

#include "links.h"
#include "stargz_fs.h"

/* The entry of a node that is still an unresolved link, or NULL. */
static const struct sgz_entry *link_entry(const struct sgz_tree *tree,
					  const struct sgz_node *node)
{
	const struct sgz_entry *entry = sgz_node_entry(tree, node);

	return entry && entry->flags & SGZ_HARDLINK &&
	       !(node->flags & SGZ_NODE_WHITEOUT) ? entry : NULL;
}

/* What the target of a link stands for: a node that is there, or none. */
static uint32_t target_of(const struct sgz_tree *tree,
			  const struct sgz_entry *link)
{
	uint32_t node = sgz_tree_find_path(tree, link->link, link->link_len);

	if (node == SGZ_NONE || sgz_tree_node(tree, node)->flags &
				(SGZ_NODE_HIDDEN | SGZ_NODE_WHITEOUT))
		return SGZ_NONE;
	return node;
}

/*
 * Where the chain that begins at a link ends: a node, or none. It can end
 * nowhere, at a directory, or at a link that was visited before.
 */
static uint32_t find_end(struct sgz_tree *tree, uint32_t node)
{
	for (;;) {
		struct sgz_node *n = sgz_tree_node(tree, node);
		const struct sgz_entry *link = link_entry(tree, n);

		if (!link)
			return sgz_node_is_dir(tree, n) ? SGZ_NONE : node;
		if (n->flags & SGZ_NODE_VISITED)
			return SGZ_NONE;
		n->flags |= SGZ_NODE_VISITED;
		node = target_of(tree, link);
		if (node == SGZ_NONE)
			return SGZ_NONE;
	}
}

/* Tell all links of a chain what they stand for. */
static void settle(struct sgz_tree *tree, const struct sgz_context *ctx,
		   uint32_t node, uint32_t end)
{
	while (node != SGZ_NONE && node != end) {
		struct sgz_node *n = sgz_tree_node(tree, node);
		const struct sgz_entry *link = link_entry(tree, n);

		/* A circle was told, or this is the directory at the end. */
		if (!link || !(n->flags & SGZ_NODE_VISITED))
			return;
		n->flags &= ~SGZ_NODE_VISITED;
		node = target_of(tree, link);
		if (end != SGZ_NONE) {
			n->entry = sgz_tree_node(tree, end)->entry;
			continue;
		}
		n->flags |= SGZ_NODE_HIDDEN;
		sgz_warn(ctx, "%s: hard link to %s, which is no file of the layer, left out",
			 sgz_entry_quoted(link).text,
			 sgz_quote(link->link, link->link_len).text);
	}
}

void sgz_links_resolve(struct sgz_tree *tree, const struct sgz_context *ctx)
{
	for (uint32_t i = 1; i < tree->nodes.count; i++) {
		const struct sgz_node *node = sgz_tree_node(tree, i);

		if (link_entry(tree, node) && !(node->flags & SGZ_NODE_HIDDEN))
			settle(tree, ctx, i, find_end(tree, i));
	}
}
