// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - superblock of the index and access to its tables.
 *
 * A record is copied out of the index before it is looked at, so that what
 * was checked is what is used even when the index changes under us. There is
 * one way to a record, through the bounds of its table, and no pointer into
 * the index anywhere.
 */
#include <linux/crc32.h>
#include <linux/overflow.h>
#include <linux/string.h>

#include "internal.h"

static const u8 stargz_record_sizes[STARGZ_TABLES] =
	STARGZ_RECORD_SIZES;

/**
 * stargz_record_size() - size of a record of a table, in bytes
 * @id: the table
 *
 * Return: the size, or zero for a slot that has no table.
 */
size_t stargz_record_size(enum stargz_table_id id)
{
	return stargz_record_sizes[id];
}

static const char *stargz_check_table(const struct stargz_table *raw,
				      enum stargz_table_id id, u64 index_size,
				      struct stargz_table_info *info)
{
	u64 bytes, end;

	info->offset = le64_to_cpu(raw->offset);
	info->count = le64_to_cpu(raw->count);
	if (!info->count)
		return info->offset ? "empty table with an offset" : NULL;
	if (info->offset % STARGZ_TABLE_ALIGN)
		return "misaligned table";
	if (info->offset < sizeof(struct stargz_super_block))
		return "table overlaps the superblock";
	if (check_mul_overflow(info->count, (u64)stargz_record_size(id),
			       &bytes) ||
	    check_add_overflow(info->offset, bytes, &end) || end > index_size)
		return "table beyond the end of the index";
	/* Positions in window data are 64 bits wide, all others 32. */
	if (id != STARGZ_TABLE_WINDOW_DATA && id != STARGZ_TABLE_XATTRS &&
	    info->count > U32_MAX)
		return "table too long";
	return NULL;
}

static bool stargz_tables_overlap(const struct stargz_super_info *super)
{
	unsigned int i, j;

	for (i = 0; i < STARGZ_TABLES; i++) {
		const struct stargz_table_info *a = &super->table[i];
		u64 end = a->offset + a->count * stargz_record_size(i);

		for (j = 0; j < STARGZ_TABLES; j++) {
			const struct stargz_table_info *b = &super->table[j];

			if (i != j && a->count && b->count &&
			    b->offset >= a->offset && b->offset < end)
				return true;
		}
	}
	return false;
}

static const char *stargz_check_tables(const struct stargz_super_block *raw,
				       struct stargz_super_info *super)
{
	const struct stargz_table_info *t = super->table;
	const char *why;
	unsigned int i;

	for (i = 0; i < STARGZ_TABLES; i++) {
		/* A later minor format may fill slots that we do not know. */
		if (!stargz_record_size(i))
			continue;
		why = stargz_check_table(&raw->table[i], i, super->index_size,
					 &super->table[i]);
		if (why)
			return why;
	}
	if (stargz_tables_overlap(super))
		return "overlapping tables";
	if (!t[STARGZ_TABLE_INODES].count)
		return "no inodes";
	if (t[STARGZ_TABLE_INODES].count > STARGZ_MAX_INODES)
		return "too many inodes";
	if (t[STARGZ_TABLE_BLOBS].count > STARGZ_MAX_BLOBS)
		return "too many blobs";
	return NULL;
}

static u32 stargz_super_crc(const struct stargz_super_block *raw)
{
	static const u8 zero[sizeof(raw->crc32)];
	const u8 *p = (const u8 *)raw;
	const size_t at = offsetof(struct stargz_super_block, crc32);
	u32 crc;

	crc = crc32_le(~0, p, at);
	crc = crc32_le(crc, zero, sizeof(zero));
	crc = crc32_le(crc, p + at + sizeof(zero),
		       sizeof(*raw) - at - sizeof(zero));
	return ~crc;
}

/**
 * stargz_super_check() - check and decode a superblock
 * @raw: the first 512 bytes of the index
 * @source_size: size of the file or device that holds the index, bytes
 * @super: filled in
 * @err: set to the errno for the mount when something is wrong: -EINVAL not
 *	an index or a version we do not know, -EFSCORRUPTED damaged
 *
 * Feature bits are not looked at here.
 *
 * Return: NULL, or what is wrong.
 */
const char *stargz_super_check(const struct stargz_super_block *raw,
			       u64 source_size,
			       struct stargz_super_info *super, int *err)
{
	memset(super, 0, sizeof(*super));
	*err = -EINVAL;
	if (le32_to_cpu(raw->magic) != STARGZ_SUPER_MAGIC)
		return "no stargz superblock";
	if (le16_to_cpu(raw->version) != STARGZ_VERSION)
		return "unknown format version";

	*err = -EFSCORRUPTED;
	if (le16_to_cpu(raw->size) != sizeof(*raw))
		return "bad superblock size";
	if (le32_to_cpu(raw->crc32) != stargz_super_crc(raw))
		return "superblock checksum mismatch";
	super->index_size = le64_to_cpu(raw->index_size);
	if (super->index_size % STARGZ_INDEX_ALIGN ||
	    super->index_size < STARGZ_INDEX_ALIGN)
		return "bad index size";
	if (super->index_size > source_size)
		return "truncated index";
	super->data_bytes = le64_to_cpu(raw->data_bytes);
	super->max_span = le32_to_cpu(raw->max_span);
	if (super->max_span > STARGZ_SPAN_MAX)
		return "spans too large";
	memcpy(super->uuid, raw->uuid, sizeof(super->uuid));
	return stargz_check_tables(raw, super);
}

static const struct stargz_source *
stargz_index_source(const struct stargz_sb_info *sbi)
{
	return sbi->has_index ? &sbi->index : &sbi->image;
}

/**
 * stargz_meta_record() - read records of a table
 * @sb: the file system
 * @id: the table
 * @nr: first record
 * @buf: where to; unchecked contents
 * @count: how many records
 *
 * Return: 0, -EFSCORRUPTED when the table has no such records, or what
 * reading gave.
 */
int stargz_meta_record(struct super_block *sb, enum stargz_table_id id,
		       u64 nr, void *buf, unsigned int count)
{
	const struct stargz_sb_info *sbi = STARGZ_SB(sb);
	const struct stargz_table_info *t = &sbi->super.table[id];
	const size_t size = stargz_record_size(id);

	if (nr >= t->count || count > t->count - nr) {
		stargz_err(sb, "record %llu of table %d does not exist",
			   nr, id);
		return -EFSCORRUPTED;
	}
	return stargz_source_read(stargz_index_source(sbi),
				  t->offset + nr * size, buf, count * size);
}

/**
 * stargz_meta_bytes() - read bytes of a heap
 * @sb: the file system
 * @id: a table whose records are bytes
 * @offset: first byte
 * @buf: where to; unchecked contents
 * @len: how many
 *
 * Return: as stargz_meta_record().
 */
int stargz_meta_bytes(struct super_block *sb, enum stargz_table_id id,
		      u64 offset, void *buf, size_t len)
{
	if (!len)
		return 0;
	if (WARN_ON_ONCE(stargz_record_size(id) != 1 || len > U32_MAX))
		return -EINVAL;
	return stargz_meta_record(sb, id, offset, buf, len);
}
