/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Padding of a layer, which records the compression of its members.
 */
#ifndef SGZ_LAYER_PADDING_H
#define SGZ_LAYER_PADDING_H

#include "base/sink.h"
#include "layer/compress.h"

/**
 * sgz_padding_write() - write padding
 * @sink: destination
 * @how: compression of the members
 * @pad: the size of the layer becomes a multiple of this many bytes; zero: one
 * @rest: size in bytes of the rest of the layer
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_padding_write(struct sgz_sink *sink, const struct sgz_compression *how,
		      uint32_t pad, uint64_t rest);

/**
 * sgz_padding_tells() - does the padding record this compression?
 * @how: compression of the members
 * @end: last bytes of the padding
 * @len: number of bytes
 *
 * Return: true if so.
 */
bool sgz_padding_tells(const struct sgz_compression *how, const void *end,
		       size_t len);

/* Number of bytes that sgz_padding_tells() needs. */
#define SGZ_PADDING_END	(SGZ_COMPRESSION_NAME + 32)

#endif /* SGZ_LAYER_PADDING_H */
