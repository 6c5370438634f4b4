/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The digests of a layer.
 */
#ifndef SGZ_IMAGE_HASH_H
#define SGZ_IMAGE_HASH_H

#include "image/store.h"

/**
 * struct sgz_layer_hash - digests of a layer
 * @digest: digest of its bytes
 * @diff_id: digest of the tar to which it decodes
 * @tar_size: size of this tar in bytes
 */
struct sgz_layer_hash {
	uint8_t digest[STARGZ_SHA256_LEN];
	uint8_t diff_id[STARGZ_SHA256_LEN];
	uint64_t tar_size;
};

/**
 * sgz_layer_hash() - read a layer and compute its digests
 * @hash: filled in
 * @ctx: the call
 * @fd: the file with the layer
 * @place: where it is in the file
 * @stored_only: decode nothing; only @hash->digest is filled in
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_layer_hash(struct sgz_layer_hash *hash, const struct sgz_context *ctx,
		   int fd, const struct sgz_place *place, bool stored_only);

#endif /* SGZ_IMAGE_HASH_H */
