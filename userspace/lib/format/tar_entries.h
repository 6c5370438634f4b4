/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * A tar stream as a table of contents.
 */
#ifndef SGZ_FORMAT_TAR_ENTRIES_H
#define SGZ_FORMAT_TAR_ENTRIES_H

#include "blob/stream.h"
#include "toc/toc.h"

/**
 * sgz_tar_walk() - read a tar stream up to its end marker
 * @toc: entries, chunks, xattrs and strings are added; chunks are of unit 0,
 *	their offset being that in the stream
 * @ctx: the call
 * @s: stream that stands at its first byte; what follows the end marker is
 *	left unread
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_tar_walk(struct sgz_toc *toc, const struct sgz_context *ctx,
		 struct sgz_stream *s);

#endif /* SGZ_FORMAT_TAR_ENTRIES_H */
