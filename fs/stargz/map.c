// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - from a position in a file to a span, and what can be told from
 * that alone: holes and FIEMAP.
 *
 * Most files have one extent, kept in the inode. Others have a run of sorted
 * records; an extent ends where the next begins, so there can be no gap. No
 * locks: inodes and the index do not change.
 */
#include <linux/fiemap.h>

#include "internal.h"

/* First byte of extent @nr of the file, which is its size after the last. */
static int stargz_extent_start(struct inode *inode, struct stargz_cursor *cur,
			       u32 nr, u64 *pos)
{
	const struct stargz_inode_info *si = STARGZ_I(inode);
	struct stargz_extent raw;
	int err;

	if (nr == si->b) {
		*pos = i_size_read(inode);
		return 0;
	}
	err = stargz_cursor_read(cur, (u64)si->a + nr, &raw, 1);
	if (!err)
		*pos = le64_to_cpu(raw.pos);
	return err;
}

/* Binary search for the last extent that starts at or before @pos. */
static int stargz_search_extents(struct inode *inode,
				 struct stargz_cursor *cur, u64 pos,
				 struct stargz_map *map)
{
	const struct stargz_inode_info *si = STARGZ_I(inode);
	u32 low = 0, high = si->b;
	struct stargz_extent raw;
	u64 end;
	int err;

	while (high - low > 1) {
		u32 mid = low + (high - low) / 2;
		u64 start;

		err = stargz_extent_start(inode, cur, mid, &start);
		if (err)
			return err;
		if (start <= pos)
			low = mid;
		else
			high = mid;
	}

	err = stargz_cursor_read(cur, (u64)si->a + low, &raw, 1);
	if (!err)
		err = stargz_extent_start(inode, cur, low + 1, &end);
	if (err)
		return err;
	map->pos = le64_to_cpu(raw.pos);
	map->span = le32_to_cpu(raw.span);
	map->offset = le32_to_cpu(raw.offset);
	if (map->pos > pos || end <= pos || end > i_size_read(inode))
		return stargz_damaged(inode, "unsorted extents");
	map->len = end - map->pos;
	return 0;
}

static int stargz_find_extent(struct inode *inode, u64 pos,
			      struct stargz_map *map)
{
	struct stargz_cursor cur =
		STARGZ_CURSOR(inode->i_sb, STARGZ_TABLE_EXTENTS);
	int err = stargz_search_extents(inode, &cur, pos, map);

	stargz_cursor_end(&cur);
	return err;
}

/* Read and check the span of @map; all of @map must lie within it. */
static int stargz_map_span(struct inode *inode, struct stargz_map *map)
{
	const struct stargz_sb_info *sbi = STARGZ_SB(inode->i_sb);
	const char *why;
	u32 ulen;
	int err;

	if (map->span == STARGZ_NO_SPAN)
		return 0;
	/* Most likely wanted next, so both are read at the same time. */
	stargz_window_prefetch(inode->i_sb, map->span);
	err = stargz_meta_read(inode->i_sb, STARGZ_TABLE_SPANS, map->span,
			       &map->raw, 1);
	if (err)
		return err;
	why = stargz_check_span(&sbi->super, stargz_blob_used(sbi, &map->raw),
				&map->raw);
	if (why)
		return stargz_damaged(inode, why);
	ulen = le32_to_cpu(map->raw.ulen);
	if (map->offset > ulen || map->len > ulen - map->offset)
		return stargz_damaged(inode, "extent beyond its span");
	return 0;
}

/**
 * stargz_map() - find the run of a file that holds a position
 * @inode: a regular file
 * @pos: position, below the file's size
 * @map: filled in, checked against the index
 *
 * Return: 0, -EFSCORRUPTED, -EIO.
 */
int stargz_map(struct inode *inode, u64 pos, struct stargz_map *map)
{
	const struct stargz_inode_info *si = STARGZ_I(inode);
	int err;

	if (si->inlined) {
		map->pos = 0;
		map->len = i_size_read(inode);
		map->span = si->a;
		map->offset = si->b;
	} else {
		err = stargz_find_extent(inode, pos, map);
		if (err)
			return err;
	}
	return stargz_map_span(inode, map);
}

/* SEEK_DATA and SEEK_HOLE; the end of the file counts as a hole. */
static loff_t stargz_seek_extent(struct inode *inode, loff_t offset, bool hole)
{
	loff_t size = i_size_read(inode);
	struct stargz_map map;
	bool is_hole;
	int err;

	if (offset < 0 || offset >= size)
		return -ENXIO;
	while (offset < size) {
		err = stargz_map(inode, offset, &map);
		if (err)
			return err;
		is_hole = map.span == STARGZ_NO_SPAN;
		if (is_hole == hole)
			return offset;
		offset = map.pos + map.len;
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return hole ? size : -ENXIO;
}

/**
 * stargz_llseek() - move the position, as file_operations.llseek
 * @file: a regular file
 * @offset: see lseek(2)
 * @whence: SEEK_*
 *
 * Return: the new position or a negative errno.
 */
loff_t stargz_llseek(struct file *file, loff_t offset, int whence)
{
	struct inode *inode = file_inode(file);

	if (whence != SEEK_DATA && whence != SEEK_HOLE)
		return generic_file_llseek(file, offset, whence);
	offset = stargz_seek_extent(inode, offset, whence == SEEK_HOLE);
	if (offset < 0)
		return offset;
	return vfs_setpos(file, offset, inode->i_sb->s_maxbytes);
}

/**
 * stargz_fiemap() - list extents, as inode_operations.fiemap
 * @inode: a regular file
 * @info: where to
 * @start: first byte
 * @len: bytes
 *
 * The physical position is where the span's compressed bytes start in the
 * source of its blob.
 *
 * Return: 0 or a negative errno.
 */
int stargz_fiemap(struct inode *inode, struct fiemap_extent_info *info,
		  u64 start, u64 len)
{
	const struct stargz_sb_info *sbi = STARGZ_SB(inode->i_sb);
	u64 size = i_size_read(inode), end;
	struct stargz_map map;
	int err;

	err = fiemap_prep(inode, info, start, &len, 0);
	if (err)
		return err;
	end = min(start + len, size);
	while (start < end) {
		err = stargz_map(inode, start, &map);
		if (err)
			return err;
		start = map.pos + map.len;
		if (map.span != STARGZ_NO_SPAN) {
			u64 phys = le64_to_cpu(map.raw.start) +
				   sbi->blobs[le16_to_cpu(map.raw.blob)].start;
			u32 flags = FIEMAP_EXTENT_ENCODED;

			if (start >= size)
				flags |= FIEMAP_EXTENT_LAST;
			err = fiemap_fill_next_extent(info, map.pos, phys,
						      map.len, flags);
			if (err)
				return err < 0 ? err : 0;
		}
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}
