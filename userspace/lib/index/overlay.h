/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The meaning of an index for overlayfs.
 */
#ifndef SGZ_INDEX_OVERLAY_H
#define SGZ_INDEX_OVERLAY_H

#include "base/context.h"
#include "index/index.h"

/** sgz_is_whiteout() - is an inode a whiteout? */
bool sgz_is_whiteout(const struct sgz_index *index, uint32_t ino);

/**
 * sgz_opaque_memo() - have sgz_is_opaque() look at each set of attributes once
 * @index: an index whose table of attributes is complete
 * @ctx: the call
 *
 * Return: 0, or -ENOMEM with the error text set.
 */
int sgz_opaque_memo(struct sgz_index *index, const struct sgz_context *ctx);

/** sgz_is_opaque() - does a directory hide what is in its place below? */
bool sgz_is_opaque(const struct sgz_index *index, uint32_t ino);

#endif /* SGZ_INDEX_OVERLAY_H */
