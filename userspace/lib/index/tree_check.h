/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Checking that redundant data of an index agree.
 */
#ifndef SGZ_INDEX_TREE_CHECK_H
#define SGZ_INDEX_TREE_CHECK_H

#include "base/faults.h"
#include "index/tables.h"

/**
 * sgz_tree_faults() - compare redundant data
 * @index: an index whose records were checked
 * @ctx: the call
 * @faults: receives wrong numbers of links, inodes without a name, wrong sums
 *	and texts in the superblock, digests without their feature, and unsorted
 *	extended attributes
 *
 * The kernel does not check these. An index with such faults can be read, but
 * the program that made it has an error.
 *
 * Return: 0, also with faults, or -ENOMEM with the error text set.
 */
int sgz_tree_faults(const struct sgz_index *index,
		    const struct sgz_context *ctx, struct sgz_faults *faults);

#endif /* SGZ_INDEX_TREE_CHECK_H */
