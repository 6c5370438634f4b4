/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Converting a layer.
 */
#ifndef SGZ_CONVERT_LAYER_H
#define SGZ_CONVERT_LAYER_H

#include "convert/convert.h"

/**
 * sgz_convert_one() - make a layer, or copy one of the wanted format
 * @c: the conversion; the call does not change it
 * @ctx: for errors, warnings and progress of this layer
 * @layer: the layer; the results are filled in
 * @workers: number of threads that compress
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_convert_one(const struct sgz_convert *c, const struct sgz_context *ctx,
		    struct sgz_convert_layer *layer, unsigned int workers);

/**
 * sgz_convert_copy() - copy a blob that belongs to an image
 * @c: the conversion; the call does not change it
 * @digest: digest of the blob
 *
 * Return: 0, or a negative errno with the error text set: -ENOENT if it is
 * missing, -EBADMSG if it has another digest.
 */
int sgz_convert_copy(const struct sgz_convert *c,
		     const uint8_t digest[STARGZ_SHA256_LEN]);

#endif /* SGZ_CONVERT_LAYER_H */
