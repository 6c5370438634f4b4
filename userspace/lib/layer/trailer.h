/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * What follows the content of a layer: padding, table of contents and footer.
 */
#ifndef SGZ_LAYER_TRAILER_H
#define SGZ_LAYER_TRAILER_H

#include "base/sink.h"
#include "base/spool.h"
#include "layer/options.h"

/**
 * sgz_tail_write() - end a layer
 * @made: with what is known of the TOC; its place is set
 * @opt: how the layer is made
 * @sink: where it goes
 * @toc: the compressed TOC
 * @toc_fd: where it goes if it is external
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_tail_write(struct stargz_made *made, const struct sgz_make_options *opt,
		   struct sgz_sink *sink, struct sgz_spool *toc, int toc_fd);

#endif /* SGZ_LAYER_TRAILER_H */
