/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * A source in another order.
 */
#ifndef SGZ_SOURCE_ORDER_H
#define SGZ_SOURCE_ORDER_H

#include "base/path_list.h"
#include "source/source.h"
#include "stargz/make.h"

/**
 * struct sgz_order - an order of entries
 * @sort: order of the files that are not in @first
 * @first: files that come first, in this order, or NULL
 *
 * The parent directories of a file in @first come before it. In any order, the
 * target of a hard link comes before the link.
 */
struct sgz_order {
	enum stargz_sort sort;
	const struct sgz_path_list *first;
};

/**
 * sgz_source_order() - reorder the entries of a source
 * @source: the source; replaced by one that also closes the old one
 * @ctx: the call; must stay valid as long as the source
 * @order: the order; likewise
 * @first: set to the number of entries up to the last file of @order->first,
 *	for sgz_source_landmark()
 *
 * The call reads the whole source to a temporary file, without content if the
 * source can be read again. Of several entries with the same path, only the
 * last one stays. Memory use grows with the paths of the entries.
 *
 * Return: 0, or a negative errno with the error text set; then the caller must
 * still close @source, but cannot read it any more.
 */
int sgz_source_order(struct sgz_source **source, const struct sgz_context *ctx,
		     const struct sgz_order *order, uint64_t *first);

#endif /* SGZ_SOURCE_ORDER_H */
