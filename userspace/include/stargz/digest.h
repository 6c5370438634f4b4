/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * libstargz: SHA-256 digests in the form of manifests.
 */
#ifndef STARGZ_DIGEST_H
#define STARGZ_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include <stargz/error.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Sizes in bytes of a digest, and of its 64 hexadecimal digits with a NUL. */
#define STARGZ_SHA256_LEN	32
#define STARGZ_SHA256_HEX	65

/**
 * stargz_sha256_parse() - read "sha256:" and 64 hexadecimal digits
 * @text: the text
 * @digest: set to the digest
 *
 * Return: 0, or -EINVAL if the text has another form; then @digest is
 * undefined.
 */
int stargz_sha256_parse(const char *text, uint8_t digest[STARGZ_SHA256_LEN]);

/**
 * stargz_sha256_hex() - write a digest as 64 lower case hexadecimal digits
 * @digest: the digest
 * @text: receives the digits and a NUL, without "sha256:"
 */
void stargz_sha256_hex(const uint8_t digest[STARGZ_SHA256_LEN],
		       char text[STARGZ_SHA256_HEX]);

/**
 * stargz_sha256() - compute the digest of bytes
 * @bytes: the bytes
 * @len: number of bytes
 * @digest: set to their SHA-256
 * @err: filled in on failure
 *
 * Return: 0, or -ENOMEM or -EIO if libgcrypt fails.
 */
int stargz_sha256(const void *bytes, size_t len,
		  uint8_t digest[STARGZ_SHA256_LEN], struct stargz_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* STARGZ_DIGEST_H */
