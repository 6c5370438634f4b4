/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Options for making a layer.
 */
#ifndef SGZ_LAYER_OPTIONS_H
#define SGZ_LAYER_OPTIONS_H

#include "base/sha256.h"
#include "layer/compress.h"
#include "layer/expect.h"
#include "layer/reuse.h"
#include "stargz/make.h"

/**
 * struct sgz_make_options - options of sgz_make(), see stargz_make_options
 * @format: format of the layer
 * @how: codec and level
 * @workers: number of threads that compress
 * @chunk_size: size in bytes of the chunks of larger files
 * @min_member: minimum decoded size of a member in bytes; a chunk of at least
 *	this size starts a new member
 * @max_member: maximum decoded size of a member in bytes
 * @reuse: members that may be copied, or NULL
 * @digests: compute the digests of the layer and of the tar
 * @pad: the size of the layer is a multiple of this many bytes; zero: one
 * @expected: NULL, or receives the data of the source for sgz_verify(); zeroed,
 *	and must be closed, also after an error
 */
struct sgz_make_options {
	enum stargz_layer_format format;
	struct sgz_compression how;
	unsigned int workers;
	uint32_t chunk_size;
	uint32_t min_member;
	uint32_t max_member;
	const struct sgz_reuse *reuse;
	bool digests;
	uint32_t pad;
	struct sgz_expected *expected;
};

#endif /* SGZ_LAYER_OPTIONS_H */
