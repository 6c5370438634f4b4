/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * One index for the layers of an image.
 */
#ifndef SGZ_BUILD_MERGE_H
#define SGZ_BUILD_MERGE_H

#include "index/tables.h"

/**
 * sgz_merge() - resolve layers into one tree
 * @index: filled in; initially zeroed
 * @ctx: the call
 * @layers: the checked index of each layer, lowest first
 * @count: number of layers, at least one
 *
 * The tree is that of overlayfs over the layers: whiteouts and opaque
 * directories are applied and not visible. The blobs are those of the layers in
 * their order, each in its own source, also if none of its files is visible.
 *
 * Return: 0, -EINVAL if the index of a layer lacks whiteouts or has files of
 * another layer, -E2BIG or -ENOMEM, with the error text set.
 */
int sgz_merge(struct sgz_index *index, const struct sgz_context *ctx,
	      const struct sgz_index *layers, size_t count);

/**
 * sgz_chain() - complete the index of a layer on top of others
 * @index: filled in; initially zeroed
 * @ctx: the call
 * @layers: the index of each layer, lowest first; that of the last one has
 *	grafts
 * @count: number of layers, at least one
 *
 * The tree is that of the last layer, with its whiteouts and opaque
 * directories. Its blob comes first, then the blobs of the lower layers whose
 * files it contains, lowest first.
 *
 * Return: as sgz_merge().
 */
int sgz_chain(struct sgz_index *index, const struct sgz_context *ctx,
	      const struct sgz_index *layers, size_t count);

#endif /* SGZ_BUILD_MERGE_H */
