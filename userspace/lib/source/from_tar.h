/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * A tar, compressed or not, as a source.
 */
#ifndef SGZ_SOURCE_FROM_TAR_H
#define SGZ_SOURCE_FROM_TAR_H

#include "source/source.h"

/**
 * sgz_source_tar() - read entries from a tar, tar.gz, tar.zst or layer
 * @source: set to the source
 * @ctx: the call; must stay valid as long as the source
 * @blob: the file, possibly a pipe; must stay valid as long as the source
 *
 * Headers and the end of the archive stay unchanged. Only the table of contents
 * and the landmarks of a layer are omitted.
 *
 * Return: 0, -EINVAL if @blob has another format, or another negative errno;
 * with the error text set.
 */
int sgz_source_tar(struct sgz_source **source, const struct sgz_context *ctx,
		   struct sgz_blob *blob);

#endif /* SGZ_SOURCE_FROM_TAR_H */
