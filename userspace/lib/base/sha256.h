/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * SHA-256, by libgcrypt.
 */
#ifndef SGZ_BASE_SHA256_H
#define SGZ_BASE_SHA256_H

#include <gcrypt.h>

#include "base/context.h"
#include "stargz/digest.h"

/** struct sgz_sha256 - a digest in progress */
struct sgz_sha256 {
	gcry_md_hd_t md;
};

/** sgz_sha256_open() - start a digest; after success it must be closed */
int sgz_sha256_open(struct sgz_sha256 *sha, const struct sgz_context *ctx);

/** sgz_sha256_add() - add bytes */
void sgz_sha256_add(struct sgz_sha256 *sha, const void *bytes, size_t len);

/** sgz_sha256_zeroes() - add @len bytes that are zero */
void sgz_sha256_zeroes(struct sgz_sha256 *sha, uint64_t len);

/** sgz_sha256_get() - digest of all bytes so far; starts again */
void sgz_sha256_get(struct sgz_sha256 *sha, uint8_t digest[STARGZ_SHA256_LEN]);

/** sgz_sha256_close() - free the digest */
void sgz_sha256_close(struct sgz_sha256 *sha);

/**
 * sgz_sha256_require() - fail unless a layer has the required digest
 * @ctx: the call
 * @text: the required digest, "sha256:HEX", or NULL: any
 * @have: digest of the layer
 *
 * Return: 0, -EINVAL if @text is no digest, or -EBADMSG if it is another one;
 * with the error text set.
 */
int sgz_sha256_require(const struct sgz_context *ctx, const char *text,
		       const uint8_t have[STARGZ_SHA256_LEN]);

/** struct sgz_hex - a digest as text */
struct sgz_hex {
	char text[STARGZ_SHA256_HEX];
};

/** sgz_sha256_hex() - write a digest as 64 hexadecimal digits */
struct sgz_hex sgz_sha256_hex(const uint8_t digest[STARGZ_SHA256_LEN]);

#endif /* SGZ_BASE_SHA256_H */
