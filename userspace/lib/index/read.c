// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Reading an index as a whole, and verifying its hash tree.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "index/hash_tree.h"
#include "index/overlay.h"
#include "index/read.h"
#include "index/records_check.h"
#include "record.h"

#define KNOWN_INCOMPAT	(STARGZ_INCOMPAT_STORED | STARGZ_INCOMPAT_DEFLATE | \
			 STARGZ_INCOMPAT_ZSTD)

/* Bytes to read at once; a multiple of the block size. */
#define STEP		(512u << 10)

bool sgz_is_index(const void *bytes, size_t len)
{
	__le32 magic;

	if (len < sizeof(magic))
		return false;
	memcpy(&magic, bytes, sizeof(magic));
	return le32toh(magic) == STARGZ_SUPER_MAGIC;
}

static uint64_t table_offset(const struct stargz_super_block *sb, int id)
{
	return le64toh(sb->table[id].offset);
}

static uint64_t table_count(const struct stargz_super_block *sb, int id)
{
	/* Ignore tables of later versions of the format. */
	return stargz_record_size(id) ? le64toh(sb->table[id].count) : 0;
}

/* The first block; that of a shorter file ends with zeroes. */
static int read_block(const struct sgz_blob *file, const struct sgz_context *ctx,
		      uint8_t block[STARGZ_BLOCK_SIZE])
{
	size_t len = file->size < STARGZ_BLOCK_SIZE ? file->size :
						      STARGZ_BLOCK_SIZE;

	memset(block, 0, STARGZ_BLOCK_SIZE);
	return sgz_blob_read(file, ctx, 0, block, len);
}

static int hash_block(struct sgz_index *index, const struct sgz_context *ctx,
		      const uint8_t block[STARGZ_BLOCK_SIZE])
{
	struct sgz_sha256 sha;
	int ret = sgz_sha256_open(&sha, ctx);

	if (ret)
		return ret;
	sgz_sha256_add(&sha, block, STARGZ_BLOCK_SIZE);
	sgz_sha256_get(&sha, index->sha256);
	sgz_sha256_close(&sha);
	return 0;
}

int sgz_index_superblock(struct sgz_index *index, const struct sgz_context *ctx,
			 const struct sgz_blob *file)
{
	uint8_t block[STARGZ_BLOCK_SIZE];
	struct stargz_super_info super;
	const char *why;
	int ret, err;

	ret = read_block(file, ctx, block);
	if (ret)
		return ret;
	if (file->size < sizeof(index->sb) || !sgz_is_index(block, sizeof(block)))
		return sgz_fail(ctx, -EINVAL, "not an index");
	why = stargz_super_check(block, file->size, &super, &err);
	if (why)
		return sgz_fail(ctx, err, "superblock of the index: %s", why);
	if (super.features & ~KNOWN_INCOMPAT)
		return sgz_fail(ctx, -EINVAL,
				"the index has unknown features");
	memcpy(&index->sb, block, sizeof(index->sb));
	return hash_block(index, ctx, block);
}

static int make_room(struct sgz_index *index, const struct sgz_context *ctx)
{
	for (int id = 0; id < STARGZ_TABLES; id++) {
		uint64_t count = table_count(&index->sb, id);

		if (count && !sgz_vec_add(&index->table[id], count,
					  stargz_record_size(id)))
			return sgz_nomem(ctx);
	}
	return 0;
}

/* Copy bytes of the index to the tables to which they belong. */
static void take_bytes(struct sgz_index *index, const uint8_t *bytes,
		       uint64_t pos, size_t len)
{
	for (int id = 0; id < STARGZ_TABLES; id++) {
		uint64_t start = table_offset(&index->sb, id), from = start;
		uint64_t to = start + table_count(&index->sb, id) *
				      stargz_record_size(id);

		from = from > pos ? from : pos;
		to = to < pos + len ? to : pos + len;
		if (from < to)
			memcpy((char *)index->table[id].data + (from - start),
			       bytes + (from - pos), to - from);
	}
}

/* Read the tables once: the bytes in use are those that were hashed. */
static int read_tables(struct sgz_index *index, const struct sgz_context *ctx,
		       const struct sgz_blob *file, struct sgz_hash_tree *tree,
		       uint8_t *buf)
{
	uint64_t end = le64toh(index->sb.tree_offset);
	int ret = make_room(index, ctx);

	for (uint64_t pos = STARGZ_BLOCK_SIZE; !ret && pos < end; pos += STEP) {
		size_t len = end - pos < STEP ? end - pos : STEP;

		ret = sgz_blob_read(file, ctx, pos, buf, len);
		if (ret)
			break;
		take_bytes(index, buf, pos, len);
		ret = sgz_hash_tree_add(tree, ctx, buf, len);
	}
	return ret;
}

static int does_not_match(const struct sgz_context *ctx)
{
	return sgz_fail(ctx, -EUCLEAN, "the index does not match the hash tree");
}

/* Compare the hash tree with that of the tables. */
static int compare_tree(struct sgz_index *index, const struct sgz_context *ctx,
			const struct sgz_blob *file,
			struct sgz_hash_tree *tree, uint8_t *buf)
{
	uint64_t start = le64toh(index->sb.tree_offset);
	const uint8_t *want;
	uint8_t root[STARGZ_HASH_SIZE];
	int ret = sgz_hash_tree_end(tree, ctx, &index->tree, root);

	want = index->tree.data;
	for (size_t pos = 0; !ret && pos < index->tree.count; pos += STEP) {
		size_t left = index->tree.count - pos;
		size_t len = left < STEP ? left : STEP;

		ret = sgz_blob_read(file, ctx, start + pos, buf, len);
		if (!ret && memcmp(buf, want + pos, len))
			return does_not_match(ctx);
	}
	if (!ret && memcmp(root, index->sb.tree_root, sizeof(root)))
		return does_not_match(ctx);
	return ret;
}

int sgz_index_tables(struct sgz_index *index, const struct sgz_context *ctx,
		     const struct sgz_blob *file)
{
	struct sgz_hash_tree tree;
	uint8_t *buf;
	int ret = sgz_index_superblock(index, ctx, file);

	if (!ret)
		ret = sgz_hash_tree_open(&tree, ctx);
	if (ret)
		return ret;
	buf = malloc(STEP);
	ret = buf ? read_tables(index, ctx, file, &tree, buf) : sgz_nomem(ctx);
	if (!ret)
		ret = compare_tree(index, ctx, file, &tree, buf);
	free(buf);
	sgz_hash_tree_close(&tree);
	return ret;
}

int sgz_index_read(struct sgz_index *index, const struct sgz_context *ctx,
		   const struct sgz_blob *file)
{
	int ret = sgz_index_tables(index, ctx, file);

	if (!ret)
		ret = sgz_records_check(index, ctx);
	return ret ? ret : sgz_opaque_memo(index, ctx);
}
