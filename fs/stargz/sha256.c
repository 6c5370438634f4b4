// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - SHA-256, by the kernel's crypto API.
 *
 * The crypto API chooses the fastest driver that is loaded. It does not load a
 * faster one by itself once the generic driver is registered, so this file asks
 * for all of them. lib/crypto has no fast code before 6.16.
 *
 * No locks: a transform has no state of its own, and the state of a hash belongs
 * to one thread.
 */
#include <linux/kmod.h>
#include <linux/sched.h>
#include <linux/sizes.h>

#include "internal.h"

/* Bytes to hash between reschedules; a slow driver needs half a millisecond. */
#define STARGZ_SHA256_SLICE	SZ_64K

/**
 * stargz_sha256_open() - get the transform of a mount
 * @sbi: the mount; @sha256 is set
 *
 * Return: 0; -EOPNOTSUPP if the kernel has no SHA-256, or another error.
 */
int stargz_sha256_open(struct stargz_sb_info *sbi)
{
	struct crypto_shash *tfm;

	if (sbi->sha256)
		return 0;
	request_module("crypto-sha256");
	tfm = crypto_alloc_shash("sha256", 0, 0);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm) == -ENOENT ? -EOPNOTSUPP : PTR_ERR(tfm);
	if (crypto_shash_digestsize(tfm) != STARGZ_HASH_SIZE ||
	    crypto_shash_descsize(tfm) > STARGZ_SHA256_STATE) {
		crypto_free_shash(tfm);
		return -EOPNOTSUPP;
	}
	sbi->sha256 = tfm;
	return 0;
}

/**
 * stargz_sha256_close() - undo stargz_sha256_open()
 * @sbi: the mount, whether or not it has a transform
 */
void stargz_sha256_close(struct stargz_sb_info *sbi)
{
	if (sbi->sha256)
		crypto_free_shash(sbi->sha256);
	sbi->sha256 = NULL;
}

/**
 * stargz_sha256_start() - start a hash
 * @hash: initialised
 * @sbi: the mount, with a transform
 *
 * Return: 0 or an error of the driver.
 */
int stargz_sha256_start(struct stargz_sha256 *hash,
			const struct stargz_sb_info *sbi)
{
	struct shash_desc *desc = stargz_sha256_desc(hash);

	desc->tfm = sbi->sha256;
	return crypto_shash_init(desc);
}

/**
 * stargz_sha256_add() - continue a hash
 * @hash: the hash
 * @data: bytes
 * @len: number of bytes
 *
 * Reschedules now and then.
 *
 * Return: 0 or an error of the driver.
 */
int stargz_sha256_add(struct stargz_sha256 *hash, const u8 *data, size_t len)
{
	int err = 0;

	while (!err && len) {
		size_t n = min_t(size_t, len, STARGZ_SHA256_SLICE);

		err = crypto_shash_update(stargz_sha256_desc(hash), data, n);
		data += n;
		len -= n;
		if (len)
			cond_resched();
	}
	return err;
}

/**
 * stargz_sha256_end() - finish a hash
 * @hash: the hash, which must be started again before it is used again
 * @digest: receives %STARGZ_HASH_SIZE bytes
 *
 * Return: 0 or an error of the driver.
 */
int stargz_sha256_end(struct stargz_sha256 *hash, u8 *digest)
{
	return crypto_shash_final(stargz_sha256_desc(hash), digest);
}

/**
 * stargz_sha256() - hash bytes
 * @sbi: the mount, with a transform
 * @data: bytes
 * @len: number of bytes
 * @digest: receives %STARGZ_HASH_SIZE bytes
 *
 * Return: 0 or an error of the driver.
 */
int stargz_sha256(const struct stargz_sb_info *sbi, const u8 *data, size_t len,
		  u8 *digest)
{
	struct stargz_sha256 hash;
	int err = stargz_sha256_start(&hash, sbi);

	if (!err)
		err = stargz_sha256_add(&hash, data, len);
	return err ? err : stargz_sha256_end(&hash, digest);
}
