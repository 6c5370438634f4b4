/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * A tar, compressed or not, as what a layer is made from.
 */
#ifndef SGZ_SOURCE_FROM_TAR_H
#define SGZ_SOURCE_FROM_TAR_H

#include "source/source.h"

/**
 * sgz_source_tar() - begin to read a tar, tar.gz, tar.zst or layer
 * @source: set; to be closed with its own function
 * @ctx: the call; lives as long as the source
 * @blob: the file, may be a pipe; likewise
 *
 * Headers and what follows the last entry come as they are in the tar. Only
 * what describes a layer, its table of contents and landmarks, is left out.
 *
 * Return: 0, -EINVAL if it is nothing of the kind, or another negative errno;
 *	with the error text set.
 */
int sgz_source_tar(struct sgz_source **source, const struct sgz_context *ctx,
		   struct sgz_blob *blob);

#endif /* SGZ_SOURCE_FROM_TAR_H */
