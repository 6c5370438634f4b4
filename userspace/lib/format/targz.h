/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Tars in gzip streams with any number of members.
 */
#ifndef SGZ_FORMAT_TARGZ_H
#define SGZ_FORMAT_TARGZ_H

#include "blob/blob.h"
#include "format/spans.h"

/** sgz_targz_probe() - does the blob start with the magic of gzip? 1 or 0 */
int sgz_targz_probe(const struct sgz_blob *blob);

/**
 * sgz_targz_read() - read a compressed tar to its end
 * @toc: filled in
 * @spans: filled in: the spans between checkpoints
 * @ctx: the call
 * @opt: size of spans
 * @blob: the layer, possibly a pipe
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_targz_read(struct sgz_toc *toc, struct sgz_spans *spans,
		   const struct sgz_context *ctx,
		   const struct sgz_span_options *opt, struct sgz_blob *blob);

/**
 * sgz_targz_refine() - place checkpoints in large members of a blob with a TOC
 * @spans: one for each member; the call replaces those of large members by
 *	several
 * @ctx: the call
 * @opt: size of large members and of spans
 * @toc: all chunks; the call sets @from_content if it decodes a member
 * @blob: the layer
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_targz_refine(struct sgz_spans *spans, const struct sgz_context *ctx,
		     const struct sgz_span_options *opt, struct sgz_toc *toc,
		     struct sgz_blob *blob);

#endif /* SGZ_FORMAT_TARGZ_H */
