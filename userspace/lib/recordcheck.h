/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The rules that an index must keep, for those who read one.
 */
#ifndef SGZ_RECORDCHECK_H
#define SGZ_RECORDCHECK_H

#include "image.h"

/**
 * sgz_records_check() - check every record of an index
 * @image: all tables, of the sizes that the superblock says
 * @ctx: the call
 *
 * What is checked is what the kernel checks when it uses a record, and that
 * the directories form a tree in which every one has a single name, so that
 * walking it takes no longer than the tables are.
 *
 * Return: 0, or -EUCLEAN or -ENOMEM with the error text set.
 */
int sgz_records_check(const struct sgz_image *image,
		      const struct sgz_context *ctx);

#endif /* SGZ_RECORDCHECK_H */
