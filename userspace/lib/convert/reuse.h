/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Older images, whose layers have members to copy.
 */
#ifndef SGZ_CONVERT_REUSE_H
#define SGZ_CONVERT_REUSE_H

#include "convert/convert.h"

/**
 * sgz_convert_reuse() - find older layers for the layers of an image
 * @c: the conversion
 * @image: the image
 * @layers: its layers, in their order
 *
 * An older image that cannot be used gives a warning.
 *
 * Return: 0, or -ENOMEM with the error text set.
 */
int sgz_convert_reuse(struct sgz_convert *c, const struct stargz_image *image,
		      struct sgz_convert_layer *layers);

#endif /* SGZ_CONVERT_REUSE_H */
