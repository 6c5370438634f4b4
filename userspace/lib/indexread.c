// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Reading an index: the superblock, then each table as a whole.
 */
#include <endian.h>
#include <string.h>
#include <zlib.h>

#include "indexread.h"
#include "recordcheck.h"
#include "superblock.h"

#define KNOWN_INCOMPAT	(STARGZ_INCOMPAT_STORED | STARGZ_INCOMPAT_DEFLATE | \
			 STARGZ_INCOMPAT_ZSTD)

bool sgz_is_index(const void *bytes, size_t len)
{
	__le32 magic;

	if (len < sizeof(magic))
		return false;
	memcpy(&magic, bytes, sizeof(magic));
	return le32toh(magic) == STARGZ_SUPER_MAGIC;
}

static int check_superblock(const struct sgz_context *ctx,
			    const struct stargz_super_block *sb, uint64_t size)
{
	struct stargz_super_block copy = *sb;
	uint64_t index_size = le64toh(sb->index_size);

	if (!sgz_is_index(sb, sizeof(*sb)))
		return sgz_fail(ctx, -EINVAL, "not an index");
	if (le16toh(sb->version) != STARGZ_VERSION)
		return sgz_fail(ctx, -EINVAL,
				"an index of version %u, which is not known",
				le16toh(sb->version));
	copy.crc32 = 0;
	if (crc32(0, (const Bytef *)&copy, sizeof(copy)) != le32toh(sb->crc32))
		return sgz_fail(ctx, -EUCLEAN,
				"the superblock's checksum is wrong");
	if (le32toh(sb->feature_incompat) & ~KNOWN_INCOMPAT)
		return sgz_fail(ctx, -EINVAL,
				"an index with features that are not known");
	if (le16toh(sb->size) != sizeof(*sb))
		return sgz_fail(ctx, -EUCLEAN, "bad size of the superblock");
	if (le32toh(sb->max_span) > STARGZ_SPAN_MAX)
		return sgz_fail(ctx, -EUCLEAN, "spans are too large");
	if (index_size < STARGZ_INDEX_ALIGN || index_size % STARGZ_INDEX_ALIGN)
		return sgz_fail(ctx, -EUCLEAN, "bad size of the index");
	if (index_size > size)
		return sgz_fail(ctx, -EUCLEAN,
				"the index has %llu bytes, but only %llu are there",
				(unsigned long long)index_size,
				(unsigned long long)size);
	return 0;
}

static uint64_t table_offset(const struct stargz_super_block *sb, int id)
{
	return le64toh(sb->table[id].offset);
}

static uint64_t table_count(const struct stargz_super_block *sb, int id)
{
	/* What a later version has in a slot without a name is not for us. */
	return sgz_record_size(id) ? le64toh(sb->table[id].count) : 0;
}

static int check_table(const struct sgz_context *ctx,
		       const struct stargz_super_block *sb, int id)
{
	uint64_t at = table_offset(sb, id), size = le64toh(sb->index_size);
	uint64_t count = table_count(sb, id);

	if (!count)
		return 0;
	if (at < sizeof(*sb) || at % STARGZ_TABLE_ALIGN || at > size ||
	    count > (size - at) / sgz_record_size(id))
		return sgz_fail(ctx, -EUCLEAN, "table %d is out of range", id);
	for (int i = 0; i < id; i++) {
		uint64_t start = table_offset(sb, i), n = table_count(sb, i);

		if (n && at < start + n * sgz_record_size(i) &&
		    start < at + count * sgz_record_size(id))
			return sgz_fail(ctx, -EUCLEAN,
					"tables %d and %d overlap", i, id);
	}
	return 0;
}

static int check_counts(const struct sgz_context *ctx,
			const struct stargz_super_block *sb)
{
	if (!table_count(sb, STARGZ_TABLE_INODES))
		return sgz_fail(ctx, -EUCLEAN, "the index has no inodes");
	if (table_count(sb, STARGZ_TABLE_INODES) > STARGZ_MAX_INODES ||
	    table_count(sb, STARGZ_TABLE_BLOBS) > STARGZ_MAX_BLOBS ||
	    table_count(sb, STARGZ_TABLE_SPANS) > STARGZ_NO_SPAN)
		return sgz_fail(ctx, -EUCLEAN, "a table is too long");
	return 0;
}

int sgz_index_superblock(struct stargz_super_block *sb,
			 const struct sgz_context *ctx,
			 const struct sgz_blob *file)
{
	int ret;

	if (file->size < sizeof(*sb))
		return sgz_fail(ctx, -EINVAL, "not an index");
	ret = sgz_blob_read(file, ctx, 0, sb, sizeof(*sb));
	if (!ret)
		ret = check_superblock(ctx, sb, file->size);
	for (int id = 0; !ret && id < STARGZ_TABLES; id++)
		ret = check_table(ctx, sb, id);
	return ret ? ret : check_counts(ctx, sb);
}

int sgz_index_table(struct sgz_image *image, const struct sgz_context *ctx,
		    const struct sgz_blob *file, enum stargz_table_id id)
{
	uint64_t count = table_count(&image->sb, id);
	size_t record = sgz_record_size(id);
	void *to;

	if (!count)
		return 0;
	to = sgz_vec_add(&image->table[id], count, record);
	if (!to)
		return sgz_nomem(ctx);
	return sgz_blob_read(file, ctx, table_offset(&image->sb, id), to,
			     count * record);
}

int sgz_index_tables(struct sgz_image *image, const struct sgz_context *ctx,
		     const struct sgz_blob *file)
{
	int ret = sgz_index_superblock(&image->sb, ctx, file);

	for (int id = 0; !ret && id < STARGZ_TABLES; id++)
		ret = sgz_index_table(image, ctx, file, id);
	return ret;
}

int sgz_index_read(struct sgz_image *image, const struct sgz_context *ctx,
		   const struct sgz_blob *file)
{
	int ret = sgz_index_tables(image, ctx, file);

	return ret ? ret : sgz_records_check(image, ctx);
}
