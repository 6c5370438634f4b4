/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Keyed hashing for tables whose keys come from a blob.
 */
#ifndef SGZ_BASE_HASH_H
#define SGZ_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/**
 * sgz_hash() - hash bytes
 * @salt: mixed in, so that equal bytes can have several hashes
 * @bytes: the bytes
 * @len: number of bytes
 *
 * SipHash-1-3 with a key that is new in each process, so that a blob cannot
 * contain names that collide. No index depends on the hash.
 *
 * Return: the hash.
 */
uint64_t sgz_hash(uint64_t salt, const void *bytes, size_t len);

#endif /* SGZ_BASE_HASH_H */
