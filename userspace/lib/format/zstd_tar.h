/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Tars in zstd frames, without a table of contents.
 */
#ifndef SGZ_FORMAT_ZSTD_TAR_H
#define SGZ_FORMAT_ZSTD_TAR_H

#include "blob/blob.h"
#include "format/spans.h"

/** sgz_zstdtar_probe() - does it start with a zstd frame? 1, 0 or an errno */
int sgz_zstdtar_probe(const struct sgz_blob *blob,
		      const struct sgz_context *ctx);

/**
 * sgz_zstdtar_read() - decode all frames once
 * @toc: filled in from the tar
 * @spans: filled in: whole frames, small ones joined up to the size of a span,
 *	each span with a checksum
 * @ctx: the call
 * @opt: size of spans
 * @blob: the layer
 *
 * Return: 0, -EINVAL if a frame is larger than the maximum span, or another
 * negative errno; with the error text set.
 */
int sgz_zstdtar_read(struct sgz_toc *toc, struct sgz_spans *spans,
		     const struct sgz_context *ctx,
		     const struct sgz_span_options *opt, struct sgz_blob *blob);

#endif /* SGZ_FORMAT_ZSTD_TAR_H */
