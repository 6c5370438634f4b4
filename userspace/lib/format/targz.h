/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Tars in gzip streams, of any number of members split anywhere.
 */
#ifndef SGZ_FORMAT_TARGZ_H
#define SGZ_FORMAT_TARGZ_H

#include "blob/blob.h"
#include "format/spans.h"

/** sgz_targz_probe() - does the blob begin like gzip? 1 or 0 */
int sgz_targz_probe(const struct sgz_blob *blob);

/**
 * sgz_targz_read() - read a compressed tar to its end
 * @toc: filled
 * @spans: filled: what checkpoints cut the stream into
 * @ctx: the call
 * @opt: how large spans are
 * @blob: the layer, possibly a pipe
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_targz_read(struct sgz_toc *toc, struct sgz_spans *spans,
		   const struct sgz_context *ctx,
		   const struct sgz_span_options *opt, struct sgz_blob *blob);

/**
 * sgz_targz_refine() - lay checkpoints in large members of a blob with a TOC
 * @spans: one for each member; those of large ones are replaced by several
 * @ctx: the call
 * @opt: which members are large, and how large spans are
 * @toc: all chunks; @from_content is set if a member is decoded
 * @blob: the layer
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_targz_refine(struct sgz_spans *spans, const struct sgz_context *ctx,
		     const struct sgz_span_options *opt, struct sgz_toc *toc,
		     struct sgz_blob *blob);

#endif /* SGZ_FORMAT_TARGZ_H */
