/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Detecting and reading the formats of layers.
 */
#ifndef SGZ_FORMAT_FORMAT_H
#define SGZ_FORMAT_FORMAT_H

#include "blob/blob.h"
#include "format/spans.h"
#include "toc/read.h"

/**
 * struct sgz_format_options - options for reading a layer
 * @toc: options for its table of contents
 * @spans: options for its spans
 */
struct sgz_format_options {
	struct sgz_toc_options toc;
	struct sgz_span_options spans;
};

/** sgz_format_options_of() - take the options from those of the public call */
struct sgz_format_options
sgz_format_options_of(const struct stargz_index_options *opt);

/**
 * sgz_format_probe() - does a blob have a known format?
 * @blob: the layer
 * @ctx: the call
 * @position: as in sgz_footer_read()
 *
 * Return: 1 yes, 0 no, or a negative errno with the error text set.
 */
int sgz_format_probe(const struct sgz_blob *blob,
		     const struct sgz_context *ctx, const char *position);

/**
 * sgz_format_read() - detect the format of a blob and read it
 * @toc: filled in; initially zeroed, except @raw and @digests
 * @spans: filled in; initially zeroed
 * @ctx: the call
 * @opt: the options
 * @blob: the layer
 *
 * Return: 0, -EINVAL if the format is unknown, or another negative errno; with
 * the error text set.
 */
int sgz_format_read(struct sgz_toc *toc, struct sgz_spans *spans,
		    const struct sgz_context *ctx,
		    const struct sgz_format_options *opt,
		    struct sgz_blob *blob);

#endif /* SGZ_FORMAT_FORMAT_H */
