/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The landmark of an eStargz layer: all before it is to be fetched at once.
 */
#ifndef SGZ_LAYER_LANDMARK_H
#define SGZ_LAYER_LANDMARK_H

#include "source/source.h"

/**
 * sgz_source_landmark() - add a landmark to a source
 * @source: replaced by one that has it
 * @ctx: the call
 * @after: how many entries come before it; zero: nothing is to be fetched,
 *	which another name of the landmark tells
 *
 * Return: 0, or -ENOMEM with the error text set and @source as it was.
 */
int sgz_source_landmark(struct sgz_source **source,
			const struct sgz_context *ctx, uint64_t after);

#endif /* SGZ_LAYER_LANDMARK_H */
