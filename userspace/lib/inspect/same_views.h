/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Comparing what two descriptions of one layer show: a source and the table of
 * contents that was made of it, or a tar and its table.
 */
#ifndef SGZ_INSPECT_SAME_VIEWS_H
#define SGZ_INSPECT_SAME_VIEWS_H

#include "inspect/same.h"

/**
 * sgz_same_views() - compare two trees in the views of a layer
 * @same: the comparison; @a and @b of it are not used
 * @ctx: the call
 * @a: first tree; @toc is set, all else is filled in
 * @b: second tree, likewise
 *
 * In the raw view whiteouts are files, so that each marker is compared. A table of
 * contents has no entry for a file that a later whiteout of the same layer
 * removes. Such a layer differs from its source in the raw view, but not in that
 * of an overlay. So it is enough if the trees are the same in one of the views.
 *
 * Return: 0, also with faults, which are those of the raw view; or a negative
 * errno with the error text set.
 */
int sgz_same_views(const struct sgz_treesame *same,
		   const struct sgz_context *ctx, struct sgz_tree *a,
		   struct sgz_tree *b);

#endif /* SGZ_INSPECT_SAME_VIEWS_H */
