// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Reading an index: the superblock, then each table as a whole.
 */
#include <endian.h>
#include <string.h>

#include "index/overlay.h"
#include "index/read.h"
#include "index/records_check.h"
#include "record.h"

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

static uint64_t table_offset(const struct stargz_super_block *sb, int id)
{
	return le64toh(sb->table[id].offset);
}

static uint64_t table_count(const struct stargz_super_block *sb, int id)
{
	/* Ignore tables of later versions of the format. */
	return stargz_record_size(id) ? le64toh(sb->table[id].count) : 0;
}

int sgz_index_superblock(struct stargz_super_block *sb,
			 const struct sgz_context *ctx,
			 const struct sgz_blob *file)
{
	struct stargz_super_info super;
	const char *why;
	int ret, err;

	if (file->size < sizeof(*sb))
		return sgz_fail(ctx, -EINVAL, "not an index");
	ret = sgz_blob_read(file, ctx, 0, sb, sizeof(*sb));
	if (ret)
		return ret;
	if (!sgz_is_index(sb, sizeof(*sb)))
		return sgz_fail(ctx, -EINVAL, "not an index");
	why = stargz_super_check(sb, file->size, &super, &err);
	if (why)
		return sgz_fail(ctx, err, "superblock of the index: %s", why);
	if (super.features & ~KNOWN_INCOMPAT)
		return sgz_fail(ctx, -EINVAL,
				"the index has unknown features");
	return 0;
}

int sgz_index_table(struct sgz_index *index, const struct sgz_context *ctx,
		    const struct sgz_blob *file, enum stargz_table_id id)
{
	uint64_t count = table_count(&index->sb, id);
	size_t record = stargz_record_size(id);
	void *to;

	if (!count)
		return 0;
	to = sgz_vec_add(&index->table[id], count, record);
	if (!to)
		return sgz_nomem(ctx);
	return sgz_blob_read(file, ctx, table_offset(&index->sb, id), to,
			     count * record);
}

int sgz_index_tables(struct sgz_index *index, const struct sgz_context *ctx,
		     const struct sgz_blob *file)
{
	int ret = sgz_index_superblock(&index->sb, ctx, file);

	for (int id = 0; !ret && id < STARGZ_TABLES; id++)
		ret = sgz_index_table(index, ctx, file, id);
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
