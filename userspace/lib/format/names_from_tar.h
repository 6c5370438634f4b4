/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Names that are not UTF-8: a TOC cannot hold them, the tar headers do.
 */
#ifndef SGZ_FORMAT_NAMES_FROM_TAR_H
#define SGZ_FORMAT_NAMES_FROM_TAR_H

#include "blob/blob.h"
#include "stargz_fs.h"
#include "toc/toc.h"

/**
 * sgz_truenames_restore() - replace what the TOC lost by the true bytes
 * @toc: its entries with SGZ_LOSSY_* flags are looked at
 * @ctx: the call
 * @blob: the layer
 * @codec: what its units are
 *
 * What cannot be found stays as it is, with a warning.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_truenames_restore(struct sgz_toc *toc, const struct sgz_context *ctx,
			  const struct sgz_blob *blob,
			  enum stargz_codec codec);

#endif /* SGZ_FORMAT_NAMES_FROM_TAR_H */
