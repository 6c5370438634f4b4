/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The rules that an index must keep, for those who read one.
 */
#ifndef SGZ_INDEX_RECORDS_CHECK_H
#define SGZ_INDEX_RECORDS_CHECK_H

#include "base/faults.h"
#include "index/tables.h"

/**
 * sgz_records_check() - check every record of an index
 * @index: all tables, of the sizes that the superblock says
 * @ctx: the call
 *
 * What is checked is what the kernel checks when it uses a record, and that
 * the directories form a tree in which every one has a single name, so that
 * walking it takes no longer than the tables are.
 *
 * Return: 0, or -EUCLEAN or -ENOMEM with the error text set.
 */
int sgz_records_check(const struct sgz_index *index,
		      const struct sgz_context *ctx);

/**
 * sgz_records_faults() - the same, without an end at the first fault
 * @index: all tables, of the sizes that the superblock says
 * @ctx: the call
 * @faults: gets them, or NULL: the first one is a failure
 *
 * Return: 0, also with faults, or a negative errno with the error text set.
 */
int sgz_records_faults(const struct sgz_index *index,
		       const struct sgz_context *ctx,
		       struct sgz_faults *faults);

#endif /* SGZ_INDEX_RECORDS_CHECK_H */
