/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * What layer is to be made.
 */
#ifndef SGZ_LAYER_OPTIONS_H
#define SGZ_LAYER_OPTIONS_H

#include "base/sha256.h"
#include "layer/compress.h"
#include "layer/expect.h"
#include "layer/reuse.h"
#include "stargz/make.h"

/**
 * struct sgz_make_options - how a layer is made
 * @format: what is made
 * @how: codec and level
 * @workers: threads that compress
 * @chunk_size: larger files are cut in pieces of this size
 * @min_member: bytes before a member may end; a piece of at least that size
 *	begins a member of its own
 * @max_member: most bytes of a member
 * @reuse: members that may be copied, or NULL
 * @digests: take those of the layer and of the tar
 * @pad: the size of the layer is a multiple of that many bytes; zero: of one
 * @expected: NULL, or gets all that the source says, for sgz_verify(); zeroed by
 *	the caller and to be closed in any case
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
