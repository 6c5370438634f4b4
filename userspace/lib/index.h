/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Making the index of one layer, in memory.
 */
#ifndef SGZ_INDEX_H
#define SGZ_INDEX_H

#include "blob.h"
#include "image.h"

/**
 * sgz_index_make() - make the index of a blob
 * @image: filled; zeroed by the caller; sgz_image_free() releases it
 * @ctx: the call
 * @blob: the layer
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_index_make(struct sgz_image *image, const struct sgz_context *ctx,
		   struct sgz_blob *blob);

#endif /* SGZ_INDEX_H */
