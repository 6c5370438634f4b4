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
	copy.crc32 = 0;
	if (crc32(0, (const Bytef *)&copy, sizeof(copy)) != le32toh(sb->crc32))
		return sgz_fail(ctx, -EUCLEAN,
				"the superblock's checksum is wrong");
	if (le16toh(sb->version) != STARGZ_VERSION ||
	    le16toh(sb->size) != sizeof(*sb) ||
	    le32toh(sb->feature_incompat) & ~KNOWN_INCOMPAT)
		return sgz_fail(ctx, -EINVAL,
				"an index of a kind that is not known");
	if (le32toh(sb->max_span) > STARGZ_SPAN_MAX)
		return sgz_fail(ctx, -EUCLEAN, "spans are too large");
	if (index_size > size || index_size % STARGZ_INDEX_ALIGN)
		return sgz_fail(ctx, -EUCLEAN, "bad size of the index");
	return 0;
}

static int read_table(struct sgz_image *image, const struct sgz_context *ctx,
		      const struct sgz_blob *file, enum stargz_table_id id)
{
	uint64_t at = le64toh(image->sb.table[id].offset);
	uint64_t count = le64toh(image->sb.table[id].count);
	uint64_t size = le64toh(image->sb.index_size);
	size_t record = sgz_record_size(id);
	void *to;

	if (!count)
		return 0;
	if (!record)
		return sgz_fail(ctx, -EUCLEAN, "table %d is not known", id);
	if (at < sizeof(image->sb) || at % STARGZ_TABLE_ALIGN || at > size ||
	    count > (size - at) / record)
		return sgz_fail(ctx, -EUCLEAN, "table %d is out of range", id);
	to = sgz_vec_add(&image->table[id], count, record);
	if (!to)
		return sgz_nomem(ctx);
	return sgz_blob_read(file, ctx, at, to, count * record);
}

static int check_counts(const struct sgz_image *image,
			const struct sgz_context *ctx)
{
	if (image->table[STARGZ_TABLE_INODES].count > STARGZ_MAX_INODES ||
	    image->table[STARGZ_TABLE_BLOBS].count > STARGZ_MAX_BLOBS ||
	    image->table[STARGZ_TABLE_SPANS].count > STARGZ_NO_SPAN)
		return sgz_fail(ctx, -EUCLEAN, "a table is too long");
	return 0;
}

int sgz_index_read(struct sgz_image *image, const struct sgz_context *ctx,
		   const struct sgz_blob *file)
{
	int ret;

	if (file->size < sizeof(image->sb))
		return sgz_fail(ctx, -EINVAL, "not an index");
	ret = sgz_blob_read(file, ctx, 0, &image->sb, sizeof(image->sb));
	if (!ret)
		ret = check_superblock(ctx, &image->sb, file->size);
	for (int id = 0; !ret && id < STARGZ_TABLES; id++)
		ret = read_table(image, ctx, file, id);
	if (!ret)
		ret = check_counts(image, ctx);
	return ret ? ret : sgz_records_check(image, ctx);
}
