/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * One index for the layers of an image.
 */
#ifndef SGZ_BUILD_MERGE_H
#define SGZ_BUILD_MERGE_H

#include "index/tables.h"

/**
 * sgz_merge() - resolve layers into one tree
 * @index: filled; zeroed by the caller
 * @ctx: the call
 * @layers: the index of each layer, lowest first, checked
 * @count: how many, at least one
 *
 * The tree is what overlayfs shows over the layers: whiteouts and opaque
 * directories hide what is below and are not there themselves. The blobs are
 * those of the layers in their order, each from a source of its own, also
 * when nothing of one is visible.
 *
 * Return: 0, -EINVAL if a layer does not say what it hides or has files of another
 * one, -E2BIG, -ENOMEM;
 * the error text is set.
 */
int sgz_merge(struct sgz_index *index, const struct sgz_context *ctx,
	      const struct sgz_index *layers, size_t count);

/**
 * sgz_chain() - finish the index of a layer that was made with those below it
 * @index: filled; zeroed by the caller
 * @ctx: the call
 * @layers: the index of each layer, lowest first; of the last one, the layer
 *	that this is about, with grafts
 * @count: how many, at least one
 *
 * The tree is that of the last layer, with its whiteouts and opaque directories.
 * Its blob comes first, then those of layers below that it has files of, lowest
 * first.
 *
 * Return: as sgz_merge().
 */
int sgz_chain(struct sgz_index *index, const struct sgz_context *ctx,
	      const struct sgz_index *layers, size_t count);

#endif /* SGZ_BUILD_MERGE_H */
