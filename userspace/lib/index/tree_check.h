/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * What is said twice in an index, and has to agree.
 */
#ifndef SGZ_INDEX_TREE_CHECK_H
#define SGZ_INDEX_TREE_CHECK_H

#include "base/faults.h"
#include "index/tables.h"

/**
 * sgz_tree_faults() - count and compare
 * @index: an index whose records were found sound
 * @ctx: the call
 * @faults: gets what differs: numbers of links, inodes without a name, sums in
 *	the superblock, the order of extended attributes and digests
 *
 * The kernel does not look at these; a tree that differs in them can be read,
 * but was not made by a sound program.
 *
 * Return: 0, also with faults, or -ENOMEM with the error text set.
 */
int sgz_tree_faults(const struct sgz_index *index,
		    const struct sgz_context *ctx, struct sgz_faults *faults);

#endif /* SGZ_INDEX_TREE_CHECK_H */
