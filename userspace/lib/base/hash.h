/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Keyed hashing for tables whose keys a blob may choose.
 */
#ifndef SGZ_BASE_HASH_H
#define SGZ_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/**
 * sgz_hash() - hash of some bytes
 * @salt: mixed in, so that equal bytes can have several hashes
 * @bytes: they
 * @len: how many
 *
 * SipHash-1-3 under a key that is new in each process: nobody can prepare
 * names that collide. Nothing in an index depends on it.
 *
 * Return: the hash.
 */
uint64_t sgz_hash(uint64_t salt, const void *bytes, size_t len);

#endif /* SGZ_BASE_HASH_H */
