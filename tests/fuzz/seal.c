// SPDX-License-Identifier: GPL-2.0-or-later
#include <endian.h>
#include <string.h>
#include <zlib.h>

#include "index/hash_tree.h"
#include "index/read.h"
#include "layer.h"
#include "record.h"
#include "seal.h"

static void seal_tree(struct stargz_super_block *sb, uint8_t *bytes, size_t len)
{
	const struct sgz_context *ctx = input_context();
	uint64_t start = le64toh(sb->tree_offset);
	struct stargz_tree_shape shape;
	struct sgz_vec blocks = { 0 };
	struct sgz_hash_tree tree;

	if (sb->reserved[sizeof(sb->reserved) - 1] & 1 ||
	    start % STARGZ_BLOCK_SIZE || start > len ||
	    !stargz_tree_shape(start, &shape) ||
	    shape.end > len / STARGZ_BLOCK_SIZE)
		return;
	must(!sgz_hash_tree_open(&tree, ctx) &&
	     !sgz_hash_tree_add(&tree, ctx, bytes + STARGZ_BLOCK_SIZE,
				start - STARGZ_BLOCK_SIZE) &&
	     !sgz_hash_tree_end(&tree, ctx, &blocks, sb->tree_root), "tree");
	sb->index_size = htole64(shape.end * STARGZ_BLOCK_SIZE);
	if (blocks.count)
		memcpy(bytes + start, blocks.data, blocks.count);
	sgz_vec_free(&blocks);
	sgz_hash_tree_close(&tree);
}

void seal(uint8_t *bytes, size_t len)
{
	struct stargz_super_block sb;

	if (len < STARGZ_BLOCK_SIZE || !sgz_is_index(bytes, len))
		return;
	memcpy(&sb, bytes, sizeof(sb));
	seal_tree(&sb, bytes, len);
	sb.crc32 = 0;
	sb.crc32 = htole32(crc32(0, (const Bytef *)&sb, sizeof(sb)));
	memcpy(bytes, &sb, sizeof(sb));
}
