// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Whiteouts as OCI layers spell them, turned into what overlayfs reads.
 */
#include <string.h>

#include "path.h"
#include "view.h"

#define WHITEOUT	".wh."
#define WHITEOUT_LEN	4

static bool name_is(const struct sgz_node *node, const char *name)
{
	return node->name_len == strlen(name) &&
	       !memcmp(node->name, name, node->name_len);
}

bool sgz_is_whiteout_name(const char *name, size_t len)
{
	return len >= WHITEOUT_LEN && !memcmp(name, WHITEOUT, WHITEOUT_LEN);
}

static bool is_whiteout(const struct sgz_node *node)
{
	return sgz_is_whiteout_name(node->name, node->name_len);
}

/*
 * The directory that a node makes opaque, or SGZ_NONE. A whiteout is for layers
 * below only: a directory of that name in the same layer comes after it, and
 * nothing of the one below is in it.
 */
static uint32_t made_opaque(const struct sgz_tree *tree,
			    const struct sgz_node *node)
{
	const char *name;
	uint32_t real;
	size_t len;

	if (name_is(node, ".wh..wh..opq"))
		return node->parent;
	if (!is_whiteout(node))
		return SGZ_NONE;
	name = node->name + WHITEOUT_LEN;
	len = node->name_len - WHITEOUT_LEN;
	if (sgz_is_whiteout_name(name, len))
		return SGZ_NONE;
	real = sgz_tree_find(tree, node->parent, name, len);
	if (real == SGZ_NONE ||
	    !sgz_node_is_dir(tree, sgz_tree_node(tree, real)))
		return SGZ_NONE;
	return real;
}

/* Opaque markers first: they decide about the whiteouts next to them. */
static void mark_opaque(struct sgz_tree *tree)
{
	for (uint32_t i = 1; i < tree->nodes.count; i++) {
		uint32_t dir = made_opaque(tree, sgz_tree_node(tree, i));

		if (dir != SGZ_NONE)
			sgz_tree_node(tree, dir)->flags |=
				SGZ_NODE_OPAQUE | SGZ_NODE_BELOW_OPAQUE;
	}
	/* Parents come before their children. */
	for (uint32_t i = 1; i < tree->nodes.count; i++) {
		struct sgz_node *node = sgz_tree_node(tree, i);

		node->flags |= sgz_tree_node(tree, node->parent)->flags &
			       SGZ_NODE_BELOW_OPAQUE;
	}
}

static int translate(struct sgz_tree *tree, const struct sgz_context *ctx,
		     struct sgz_node *node)
{
	const struct sgz_node *parent = sgz_tree_node(tree, node->parent);
	const char *name = node->name + WHITEOUT_LEN;
	size_t len = node->name_len - WHITEOUT_LEN;
	uint32_t real;

	if (sgz_is_whiteout_name(name, len)) {
		node->flags |= SGZ_NODE_HIDDEN;
		return 0;
	}
	if (!len || (len == 1 && name[0] == '.') ||
	    (len == 2 && name[0] == '.' && name[1] == '.'))
		return sgz_fail(ctx, -EUCLEAN,
				"%s: a whiteout of the name %s",
				sgz_quote(node->name, node->name_len).text,
				sgz_quote(name, len).text);
	real = sgz_tree_find(tree, node->parent, name, len);
	if (parent->flags & SGZ_NODE_BELOW_OPAQUE ||
	    (real != SGZ_NONE &&
	     !(sgz_tree_node(tree, real)->flags & SGZ_NODE_HIDDEN))) {
		node->flags |= SGZ_NODE_HIDDEN;
		return 0;
	}
	/* The hash table is not asked for this name any more. */
	node->flags |= SGZ_NODE_WHITEOUT;
	return 0;
}

int sgz_view_apply(struct sgz_tree *tree, const struct sgz_context *ctx)
{
	mark_opaque(tree);
	for (uint32_t i = 1; i < tree->nodes.count; i++) {
		struct sgz_node *node = sgz_tree_node(tree, i);

		if (node->parent == SGZ_ROOT &&
		    sgz_path_is_own(node->name, node->name_len))
			node->flags |= SGZ_NODE_HIDDEN;
	}
	for (uint32_t i = 1; i < tree->nodes.count; i++) {
		struct sgz_node *node = sgz_tree_node(tree, i);
		int ret;

		if (!is_whiteout(node))
			continue;
		ret = translate(tree, ctx, node);
		if (ret)
			return ret;
	}
	for (uint32_t i = 1; i < tree->nodes.count; i++) {
		struct sgz_node *node = sgz_tree_node(tree, i);

		if (!(node->flags & SGZ_NODE_WHITEOUT))
			continue;
		node->name += WHITEOUT_LEN;
		node->name_len -= WHITEOUT_LEN;
	}
	return 0;
}
