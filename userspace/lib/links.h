/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Hard links: which entry a name really stands for.
 */
#ifndef SGZ_LINKS_H
#define SGZ_LINKS_H

#include "tree.h"

/**
 * sgz_links_resolve() - let every hard link's node stand for its target
 * @tree: the tree
 * @ctx: the call
 *
 * Links may point forward and to other links. One whose target is missing is
 * hidden with a warning; directories and circles are refused.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_links_resolve(struct sgz_tree *tree, const struct sgz_context *ctx);

#endif /* SGZ_LINKS_H */
