/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * What layer is to be made, and what is known of it once it was.
 */
#ifndef SGZ_LAYER_OPTIONS_H
#define SGZ_LAYER_OPTIONS_H

#include "base/sha256.h"
#include "layer/compress.h"
#include "layer/expect.h"
#include "layer/reuse.h"

/** enum sgz_layer_format - formats that can be made */
enum sgz_layer_format {
	SGZ_FORMAT_ESTARGZ,
	SGZ_FORMAT_STARGZ,
	SGZ_FORMAT_ZSTD_CHUNKED,
	SGZ_FORMAT_EXTERNAL_TOC,
};

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
	enum sgz_layer_format format;
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

/**
 * struct sgz_made - what was made
 * @size: bytes of the layer
 * @sha256: digest of it, if digests are taken
 * @tar_size: bytes of the tar that it is unpacked to
 * @diff_id: digest of that, likewise
 * @toc: first byte of the compressed table of contents; zero if it is external
 * @toc_stored: bytes of it
 * @toc_size: bytes of it when unpacked
 * @toc_sha256: digest of it when unpacked
 * @toc_stored_sha256: digest of its compressed bytes
 * @entries: entries of it
 * @unwritten: on failure: it was not the source that failed
 */
struct sgz_made {
	uint64_t size;
	uint8_t sha256[STARGZ_SHA256_LEN];
	uint64_t tar_size;
	uint8_t diff_id[STARGZ_SHA256_LEN];
	uint64_t toc;
	uint64_t toc_stored;
	uint64_t toc_size;
	uint8_t toc_sha256[STARGZ_SHA256_LEN];
	uint8_t toc_stored_sha256[STARGZ_SHA256_LEN];
	uint64_t entries;
	bool unwritten;
};

#endif /* SGZ_LAYER_OPTIONS_H */
