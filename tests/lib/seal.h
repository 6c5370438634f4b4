/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sealing a damaged index, so that its checksums do not hide the damage.
 */
#ifndef SEAL_H
#define SEAL_H

#include <stddef.h>

#include "stargz_fs.h"

/* Correct the checksum of the superblock. */
void seal_super(void *index);

/*
 * Compute the root and the blocks of the hash tree again, in an index of @size
 * bytes, then correct the checksum of the superblock. An index whose superblock
 * has no possible position of the tree keeps its root and its blocks.
 */
void seal_tree(void *index, size_t size);

/* SHA-256 of some bytes. */
void seal_sha256(const void *data, size_t size,
		 unsigned char digest[STARGZ_HASH_SIZE]);

#endif /* SEAL_H */
