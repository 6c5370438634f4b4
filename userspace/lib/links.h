/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Hard links: which entry a name really stands for.
 */
#ifndef SGZ_LINKS_H
#define SGZ_LINKS_H

#include "tree.h"

/**
 * sgz_links_resolve() - let every hard link's node stand for its target
 * @tree: the tree, replayed
 * @ctx: the call
 *
 * Only a table of contents has links left that point forward, perhaps to other
 * such links. One that leads to no file is hidden with a warning.
 */
void sgz_links_resolve(struct sgz_tree *tree, const struct sgz_context *ctx);

#endif /* SGZ_LINKS_H */
