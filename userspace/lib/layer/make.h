/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Making a layer from a source.
 */
#ifndef SGZ_LAYER_MAKE_H
#define SGZ_LAYER_MAKE_H

#include "layer/options.h"
#include "source/source.h"

/**
 * sgz_make() - make a layer
 * @made: filled
 * @ctx: the call
 * @opt: how
 * @source: what it is made from; read to its end
 * @out: file descriptor that the layer is written to
 * @toc: file descriptor that an external table of contents is written to
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_make(struct stargz_made *made, const struct sgz_context *ctx,
	     const struct sgz_make_options *opt, struct sgz_source *source,
	     int out, int toc);

#endif /* SGZ_LAYER_MAKE_H */
