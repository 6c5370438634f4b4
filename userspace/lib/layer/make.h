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
 * @made: filled in
 * @ctx: the call
 * @opt: the options
 * @source: the source; read to its end
 * @out: destination of the layer
 * @toc: destination of an external table of contents
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_make(struct stargz_made *made, const struct sgz_context *ctx,
	     const struct sgz_make_options *opt, struct sgz_source *source,
	     int out, int toc);

#endif /* SGZ_LAYER_MAKE_H */
