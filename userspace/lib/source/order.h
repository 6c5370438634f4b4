/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * A source in another order.
 */
#ifndef SGZ_SOURCE_ORDER_H
#define SGZ_SOURCE_ORDER_H

#include "source/order_list.h"
#include "source/source.h"
#include "stargz/make.h"

/**
 * struct sgz_order - how a source is ordered
 * @sort: what has no priority
 * @first: what comes first, in this order, or NULL
 * @allow_missing: what is not there is no error, but warned of
 *
 * The directories above a file that comes first come before it, and so does the
 * target of a hard link in any order.
 */
struct sgz_order {
	enum stargz_sort sort;
	const struct sgz_priority *first;
	bool allow_missing;
};

/**
 * sgz_source_order() - put the entries of a source in order
 * @source: the source; replaced by one that closes it, too
 * @ctx: the call; has to live as long as the source
 * @order: how
 * @first: set to the number of entries that come first because they have to,
 *	for sgz_source_landmark()
 *
 * All of the source is read at once, to a temporary file; its content not if it
 * can be read again. Of several entries with one path only the last one stays.
 * Memory is needed for the path of each entry.
 *
 * Return: 0, or a negative errno with the error text set; then @source is still
 * to be closed, but cannot be read any more.
 */
int sgz_source_order(struct sgz_source **source, const struct sgz_context *ctx,
		     const struct sgz_order *order, uint64_t *first);

#endif /* SGZ_SOURCE_ORDER_H */
