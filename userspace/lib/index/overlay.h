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
 * sgz_opaque_memo() - let sgz_is_opaque() read each set of attributes only once
 * @index: an index with a complete table of attributes
 * @ctx: the call
 *
 * Return: 0, or -ENOMEM with the error text set.
 */
int sgz_opaque_memo(struct sgz_index *index, const struct sgz_context *ctx);

/** sgz_is_opaque() - is a directory opaque? */
bool sgz_is_opaque(const struct sgz_index *index, uint32_t ino);

#endif /* SGZ_INDEX_OVERLAY_H */
