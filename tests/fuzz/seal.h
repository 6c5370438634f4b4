/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checksum and hash tree of changed indexes: no mutation would hit upon them.
 */
#ifndef FUZZ_SEAL_H
#define FUZZ_SEAL_H

#include <stddef.h>
#include <stdint.h>

/**
 * seal() - make the hash tree and the superblock of an index right
 * @bytes: the index, changed in place; or anything else, which stays
 * @len: number of bytes
 *
 * The tree stays as it is if it has no place, or if the last byte of the
 * superblock is odd: damaged trees are inputs, too.
 */
void seal(uint8_t *bytes, size_t len);

#endif /* FUZZ_SEAL_H */
