/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * A source without sparse files: holes become zeroes. Tools for eStargz do not
 * support the sparse formats of tar.
 */
#ifndef SGZ_SOURCE_UNSPARSE_H
#define SGZ_SOURCE_UNSPARSE_H

#include "source/source.h"

/**
 * sgz_source_expand() - convert sparse files of a source to ordinary files
 * @source: the source; replaced by one that also closes the old one
 * @ctx: the call; must stay valid as long as the source
 *
 * Other entries stay unchanged. The call does nothing if the source can be read
 * again; such a source has only sparse files that the caller requested. The new
 * source can be read only once.
 *
 * Return: 0, or a negative errno with the error text set and @source unchanged.
 */
int sgz_source_expand(struct sgz_source **source,
		      const struct sgz_context *ctx);

#endif /* SGZ_SOURCE_UNSPARSE_H */
