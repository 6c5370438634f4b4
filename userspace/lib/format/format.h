/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The formats of layers: which one a blob has, and reading it.
 */
#ifndef SGZ_FORMAT_FORMAT_H
#define SGZ_FORMAT_FORMAT_H

#include "blob/blob.h"
#include "format/spans.h"
#include "toc/read.h"

/**
 * struct sgz_format_options - how a layer is read
 * @toc: its table of contents
 * @spans: its spans
 */
struct sgz_format_options {
	struct sgz_toc_options toc;
	struct sgz_span_options spans;
};

/** sgz_format_options_of() - what the public options say of it */
struct sgz_format_options
sgz_format_options_of(const struct stargz_index_options *opt);

/**
 * sgz_format_probe() - has a blob a format that we know?
 * @blob: the layer
 * @ctx: the call
 * @position: as in sgz_footer_read()
 *
 * Return: 1 yes, 0 no, or a negative errno with the error text set.
 */
int sgz_format_probe(const struct sgz_blob *blob,
		     const struct sgz_context *ctx, const char *position);

/**
 * sgz_format_read() - find out the format of a blob and read it
 * @toc: filled; zeroed by the caller except for what it sets before reading
 * @spans: filled; zeroed by the caller
 * @ctx: the call
 * @opt: how
 * @blob: the layer
 *
 * Return: 0, -EINVAL if it is no format that we know, or another negative
 *	errno; with the error text set.
 */
int sgz_format_read(struct sgz_toc *toc, struct sgz_spans *spans,
		    const struct sgz_context *ctx,
		    const struct sgz_format_options *opt,
		    struct sgz_blob *blob);

#endif /* SGZ_FORMAT_FORMAT_H */
