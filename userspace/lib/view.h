/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The tree as overlayfs wants it of a lower layer.
 */
#ifndef SGZ_VIEW_H
#define SGZ_VIEW_H

#include "tree.h"

/** sgz_is_whiteout_name() - does it begin with ".wh."? */
bool sgz_is_whiteout_name(const char *name, size_t len);

/**
 * sgz_view_apply() - translate whiteouts and hide what is not content
 * @tree: the tree, links resolved
 * @ctx: the call
 *
 * ".wh.x" becomes a whiteout x unless there is a real x or a directory above
 * is opaque; ".wh..wh..opq" makes its directory opaque; other ".wh..wh."
 * names, and in the root landmarks and the TOC, are hidden.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_view_apply(struct sgz_tree *tree, const struct sgz_context *ctx);

#endif /* SGZ_VIEW_H */
