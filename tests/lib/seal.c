// SPDX-License-Identifier: GPL-2.0-or-later
#include <endian.h>
#include <err.h>
#include <gcrypt.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include "seal.h"

void seal_sha256(const void *data, size_t size,
		 unsigned char digest[STARGZ_HASH_SIZE])
{
	static int ready;

	if (!ready && !gcry_check_version(NULL))
		errx(2, "libgcrypt does not start");
	ready = 1;
	gcry_md_hash_buffer(GCRY_MD_SHA256, digest, data, size);
}

void seal_super(void *index)
{
	struct stargz_super_block *sb = index;

	sb->crc32 = 0;
	sb->crc32 = htole32(crc32(0, index, sizeof(*sb)));
}

/* Number of blocks of hashes of that many blocks. */
static uint64_t hash_blocks(uint64_t blocks)
{
	return (blocks + STARGZ_TREE_ARITY - 1) / STARGZ_TREE_ARITY;
}

/* Blocks of all levels above that many blocks. */
static uint64_t tree_blocks(uint64_t blocks)
{
	uint64_t sum = 0;

	while (blocks > 1) {
		blocks = hash_blocks(blocks);
		sum += blocks;
	}
	return sum;
}

/* Hash @nr blocks from @from on to @to, which gets whole blocks. */
static void hash_level(const unsigned char *from, uint64_t nr,
		       unsigned char *to)
{
	uint64_t i;

	memset(to, 0, hash_blocks(nr) * STARGZ_BLOCK_SIZE);
	for (i = 0; i < nr; i++)
		seal_sha256(from + i * STARGZ_BLOCK_SIZE, STARGZ_BLOCK_SIZE,
			    to + i * STARGZ_HASH_SIZE);
}

void seal_tree(void *index, size_t size)
{
	struct stargz_super_block *sb = index;
	uint64_t offset = le64toh(sb->tree_offset);
	uint64_t nr = offset / STARGZ_BLOCK_SIZE - 1;
	unsigned char *level = (unsigned char *)index + STARGZ_BLOCK_SIZE, *end;

	if (offset % STARGZ_BLOCK_SIZE || offset < 2 * STARGZ_BLOCK_SIZE ||
	    offset > size ||
	    tree_blocks(nr) > (size - offset) / STARGZ_BLOCK_SIZE) {
		seal_super(index);
		return;
	}
	/* From the lowest level, which is the last one, to the highest. */
	end = (unsigned char *)index + offset +
	      tree_blocks(nr) * STARGZ_BLOCK_SIZE;
	while (nr > 1) {
		end -= hash_blocks(nr) * STARGZ_BLOCK_SIZE;
		hash_level(level, nr, end);
		level = end;
		nr = hash_blocks(nr);
	}
	seal_sha256(level, STARGZ_BLOCK_SIZE, sb->tree_root);
	seal_super(index);
}
