/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The landmark of a layer: readers prefetch all entries before it.
 */
#ifndef SGZ_LAYER_LANDMARK_H
#define SGZ_LAYER_LANDMARK_H

#include "source/source.h"

/**
 * sgz_source_landmark() - add a landmark to a source
 * @source: the source; replaced by one that also closes the old one
 * @ctx: the call
 * @after: number of entries before it; zero: prefetch nothing, for which the
 *	landmark has another name
 *
 * Return: 0, or -ENOMEM with the error text set and @source unchanged.
 */
int sgz_source_landmark(struct sgz_source **source,
			const struct sgz_context *ctx, uint64_t after);

#endif /* SGZ_LAYER_LANDMARK_H */
