/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Uncompressed tars.
 */
#ifndef SGZ_FORMAT_PLAIN_TAR_H
#define SGZ_FORMAT_PLAIN_TAR_H

#include "blob/blob.h"
#include "format/spans.h"

/** sgz_plaintar_probe() - is the blob a tar? 1, 0 or a negative errno */
int sgz_plaintar_probe(const struct sgz_blob *blob,
		       const struct sgz_context *ctx);

/**
 * sgz_plaintar_read() - read the headers of a tar
 * @toc: filled in
 * @spans: filled in: stored spans up to the end of the content
 * @ctx: the call
 * @blob: the tar
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_plaintar_read(struct sgz_toc *toc, struct sgz_spans *spans,
		      const struct sgz_context *ctx, struct sgz_blob *blob);

#endif /* SGZ_FORMAT_PLAIN_TAR_H */
