/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The end of a layer, after its content: padding, table of contents and footer.
 */
#ifndef SGZ_LAYER_TRAILER_H
#define SGZ_LAYER_TRAILER_H

#include "base/sink.h"
#include "base/spool.h"
#include "layer/options.h"

/**
 * sgz_tail_write() - write the end of a layer
 * @made: with the sizes of the TOC; the call sets its position
 * @opt: the options
 * @sink: destination of the layer
 * @toc: the compressed TOC
 * @toc_fd: destination of an external TOC
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_tail_write(struct stargz_made *made, const struct sgz_make_options *opt,
		   struct sgz_sink *sink, struct sgz_spool *toc, int toc_fd);

#endif /* SGZ_LAYER_TRAILER_H */
