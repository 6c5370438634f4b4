/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Padding of a layer, which says how the layer's members were made.
 */
#ifndef SGZ_LAYER_PADDING_H
#define SGZ_LAYER_PADDING_H

#include "base/sink.h"
#include "layer/compress.h"

/**
 * sgz_padding_write() - write padding
 * @sink: where to
 * @how: how members were made
 * @pad: what the layer's size is to be a multiple of; zero: nothing
 * @rest: bytes of the layer that will follow
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_padding_write(struct sgz_sink *sink, const struct sgz_compression *how,
		      uint32_t pad, uint64_t rest);

/**
 * sgz_padding_tells() - were members made like that?
 * @how: how
 * @end: last bytes of the padding
 * @len: how many
 *
 * Return: true if the padding says so.
 */
bool sgz_padding_tells(const struct sgz_compression *how, const void *end,
		       size_t len);

/* Enough for sgz_padding_tells(). */
#define SGZ_PADDING_END	(SGZ_COMPRESSION_NAME + 32)

#endif /* SGZ_LAYER_PADDING_H */
