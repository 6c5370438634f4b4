// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Following hard links. A chain is walked once to find its end and once more
 * to tell all its nodes, so that no link is ever followed twice.
 */
#include <string.h>

#include "links.h"
#include "stargz_fs.h"
#include "view.h"

/* The entry of a node that is still an unresolved link, or NULL. */
static const struct sgz_entry *link_entry(const struct sgz_tree *tree,
					  const struct sgz_node *node)
{
	const struct sgz_entry *entry = sgz_node_entry(tree, node);

	return entry && entry->flags & SGZ_HARDLINK ? entry : NULL;
}

/* Where the chain that begins at a link ends: a node, or none. */
static int find_end(const struct sgz_tree *tree, const struct sgz_context *ctx,
		    uint32_t node, uint32_t *end)
{
	for (;;) {
		struct sgz_node *n = sgz_tree_node(tree, node);
		const struct sgz_entry *link = link_entry(tree, n);

		if (!link || n->flags & SGZ_NODE_HIDDEN)
			break;
		if (n->flags & SGZ_NODE_VISITED)
			return sgz_fail(ctx, -EUCLEAN,
					"%s: hard links in a circle",
					sgz_entry_quoted(link).text);
		n->flags |= SGZ_NODE_VISITED;
		node = sgz_tree_find_path(tree, link->link, link->link_len);
		if (node == SGZ_NONE)
			break;
		if (sgz_node_is_dir(tree, sgz_tree_node(tree, node)))
			return sgz_fail(ctx, -EUCLEAN,
					"%s: hard link to the directory %s",
					sgz_entry_quoted(link).text,
					sgz_quote(link->link, link->link_len).text);
	}
	*end = node;
	return 0;
}

/* Tell all links of a chain what they stand for. */
static void settle(struct sgz_tree *tree, const struct sgz_context *ctx,
		   uint32_t node, uint32_t end)
{
	uint32_t target = SGZ_NONE;

	if (end != SGZ_NONE &&
	    !(sgz_tree_node(tree, end)->flags & SGZ_NODE_HIDDEN))
		target = sgz_tree_node(tree, end)->entry;
	while (node != end) {
		struct sgz_node *n = sgz_tree_node(tree, node);
		const struct sgz_entry *link = link_entry(tree, n);

		node = sgz_tree_find_path(tree, link->link, link->link_len);
		n->flags &= ~SGZ_NODE_VISITED;
		if (target != SGZ_NONE) {
			n->entry = target;
			continue;
		}
		n->flags |= SGZ_NODE_HIDDEN;
		sgz_warn(ctx, "%s: hard link to %s, which is not in the layer, left out",
			 sgz_entry_quoted(link).text,
			 sgz_quote(link->link, link->link_len).text);
	}
}

int sgz_links_resolve(struct sgz_tree *tree, const struct sgz_context *ctx)
{
	for (uint32_t i = 1; i < tree->nodes.count; i++) {
		const struct sgz_node *node = sgz_tree_node(tree, i);
		uint32_t end;
		int ret;

		if (!link_entry(tree, node) || node->flags & SGZ_NODE_HIDDEN)
			continue;
		/* A whiteout is one whatever else it is. */
		if (!ctx->opt->raw &&
		    sgz_is_whiteout_name(node->name, node->name_len))
			continue;
		ret = find_end(tree, ctx, i, &end);
		if (ret)
			return ret;
		settle(tree, ctx, i, end);
	}
	return 0;
}
