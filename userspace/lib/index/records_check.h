/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Checking the rules for records of an index.
 */
#ifndef SGZ_INDEX_RECORDS_CHECK_H
#define SGZ_INDEX_RECORDS_CHECK_H

#include "base/faults.h"
#include "index/tables.h"

/**
 * sgz_records_check() - check every record of an index
 * @index: all tables, with the sizes in the superblock
 * @ctx: the call
 *
 * The checks are those of the kernel when it uses a record, and that the
 * directories form a tree in which each has a single name. So the time of a
 * walk is linear in the size of the tables.
 *
 * Return: 0, or -EUCLEAN or -ENOMEM with the error text set.
 */
int sgz_records_check(const struct sgz_index *index,
		      const struct sgz_context *ctx);

/**
 * sgz_records_faults() - check every record, and collect all faults
 * @index: all tables, with the sizes in the superblock
 * @ctx: the call
 * @faults: receives the faults, or NULL: the first one is an error
 *
 * Return: 0, also with faults, or a negative errno with the error text set.
 */
int sgz_records_faults(const struct sgz_index *index,
		       const struct sgz_context *ctx,
		       struct sgz_faults *faults);

#endif /* SGZ_INDEX_RECORDS_CHECK_H */
