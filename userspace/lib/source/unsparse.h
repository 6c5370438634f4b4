/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * A source without sparse files: they are written out, their holes as zeroes.
 * Tools for eStargz do not know tar's forms of sparse files.
 */
#ifndef SGZ_SOURCE_UNSPARSE_H
#define SGZ_SOURCE_UNSPARSE_H

#include "source/source.h"

/**
 * sgz_source_expand() - write out the sparse files of a source
 * @source: the source; replaced by one that closes it, too
 * @ctx: the call; has to live as long as the source
 *
 * Entries that are not sparse files stay as they are. A source that can be read
 * again has none and stays itself; others can be read only once.
 *
 * Return: 0, or a negative errno with the error text set and @source as it was.
 */
int sgz_source_expand(struct sgz_source **source,
		      const struct sgz_context *ctx);

#endif /* SGZ_SOURCE_UNSPARSE_H */
