/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Names that are not UTF-8: tar headers contain them, but a TOC cannot.
 */
#ifndef SGZ_FORMAT_NAMES_FROM_TAR_H
#define SGZ_FORMAT_NAMES_FROM_TAR_H

#include "blob/blob.h"
#include "stargz_fs.h"
#include "toc/toc.h"

/**
 * sgz_truenames_restore() - restore the bytes that the TOC lost
 * @toc: the call updates its entries with SGZ_LOSSY_* flags
 * @ctx: the call
 * @blob: the layer
 * @codec: compression of its units
 *
 * Names that cannot be found stay unchanged, with a warning.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_truenames_restore(struct sgz_toc *toc, const struct sgz_context *ctx,
			  const struct sgz_blob *blob,
			  enum stargz_codec codec);

#endif /* SGZ_FORMAT_NAMES_FROM_TAR_H */
