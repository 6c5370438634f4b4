/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Decoding all content of a blob and comparing it with the TOC's digests.
 */
#ifndef SGZ_CHECK_H
#define SGZ_CHECK_H

#include "spans.h"

/**
 * sgz_check_content() - decode every unit that a visible file uses
 * @ctx: the call
 * @toc: with digests; its regular files that have an inode number are checked
 * @spans: those in use are marked
 * @blob: the layer
 *
 * Return: 0, -EUCLEAN if a unit is damaged or too short, -EBADMSG if the
 * content differs from its digest; the text names the first file.
 */
int sgz_check_content(const struct sgz_context *ctx, const struct sgz_toc *toc,
		      const struct sgz_spans *spans,
		      const struct sgz_blob *blob);

#endif /* SGZ_CHECK_H */
