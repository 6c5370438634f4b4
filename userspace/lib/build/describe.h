/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * What the caller says about an index: label, properties, and the order in
 * which a workload reads files.
 */
#ifndef SGZ_BUILD_DESCRIBE_H
#define SGZ_BUILD_DESCRIBE_H

#include "base/context.h"
#include "index/index.h"

/**
 * sgz_describe() - set label, properties, prefetch list and start of the blob
 * @index: the index, before it is sealed
 * @ctx: the call
 * @opt: the options; the index keeps what is NULL or not set there
 *
 * Return: 0, -EINVAL if an option is invalid, -E2BIG if the properties are too
 * large, or another negative errno; with the error text set.
 */
int sgz_describe(struct sgz_index *index, const struct sgz_context *ctx,
		 const struct stargz_index_options *opt);

/** sgz_prefetch() - set the prefetch list from the file of the options */
int sgz_prefetch(struct sgz_index *index, const struct sgz_context *ctx,
		 const char *path);

#endif /* SGZ_BUILD_DESCRIBE_H */
