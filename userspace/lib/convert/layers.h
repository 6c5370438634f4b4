/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The layers of a conversion.
 */
#ifndef SGZ_CONVERT_LAYERS_H
#define SGZ_CONVERT_LAYERS_H

#include "convert/convert.h"

/**
 * sgz_layers_add() - add the layers of an image
 * @c: the conversion
 * @image: the image
 * @descriptors: descriptors of the layers, or NULL
 *
 * Return: 0, or a negative errno with the error text set: -ENOENT if a layer is
 * missing, -EBADMSG if its size differs.
 */
int sgz_layers_add(struct sgz_convert *c, const struct stargz_image *image,
		   struct json_object *descriptors);

/**
 * sgz_layers_make() - make all new layers, in files without names
 * @c: the conversion, with all layers
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_layers_make(struct sgz_convert *c);

/** sgz_layers_keep() - give the files their names; fails with an error text */
int sgz_layers_keep(struct sgz_convert *c);

/** sgz_layers_find() - the layer with a digest */
const struct sgz_convert_layer *
sgz_layers_find(const struct sgz_convert *c,
		const uint8_t digest[STARGZ_SHA256_LEN]);

/** sgz_layers_free() - release, and discard files without names */
void sgz_layers_free(struct sgz_convert *c);

#endif /* SGZ_CONVERT_LAYERS_H */
