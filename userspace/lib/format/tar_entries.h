/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Reading a tar stream to a table of contents.
 */
#ifndef SGZ_FORMAT_TAR_ENTRIES_H
#define SGZ_FORMAT_TAR_ENTRIES_H

#include "blob/stream.h"
#include "toc/toc.h"

/**
 * sgz_tar_walk() - read a tar stream up to its end marker
 * @toc: the call adds entries, chunks, xattrs and strings; chunks are in unit
 *	0, at their offset in the stream
 * @ctx: the call
 * @s: stream at its first byte; the call does not read beyond the end marker
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_tar_walk(struct sgz_toc *toc, const struct sgz_context *ctx,
		 struct sgz_stream *s);

#endif /* SGZ_FORMAT_TAR_ENTRIES_H */
