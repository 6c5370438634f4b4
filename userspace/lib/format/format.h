/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The formats of layers: which one a blob has, and reading it.
 */
#ifndef SGZ_FORMAT_FORMAT_H
#define SGZ_FORMAT_FORMAT_H

#include "blob/blob.h"
#include "format/spans.h"

/**
 * sgz_format_probe() - has a blob a format that we know?
 * @blob: the layer
 * @ctx: the call
 *
 * Return: 1 yes, 0 no, or a negative errno with the error text set.
 */
int sgz_format_probe(const struct sgz_blob *blob,
		     const struct sgz_context *ctx);

/**
 * sgz_format_read() - find out the format of a blob and read it
 * @toc: filled; zeroed by the caller
 * @spans: filled; zeroed by the caller
 * @ctx: the call
 * @blob: the layer
 *
 * Return: 0, -EINVAL if it is no format that we know, or another negative
 *	errno; with the error text set.
 */
int sgz_format_read(struct sgz_toc *toc, struct sgz_spans *spans,
		    const struct sgz_context *ctx, struct sgz_blob *blob);

#endif /* SGZ_FORMAT_FORMAT_H */
