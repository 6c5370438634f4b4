// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - from a position in a file to a span; SEEK_HOLE, SEEK_DATA and
 * FIEMAP.
 *
 * Most files have one extent, stored in the inode. The extents of other files
 * are sorted records. An extent ends where the next one begins, so there are no
 * gaps. No locks: inodes and the index do not change.
 */
#include <linux/fiemap.h>
#include <linux/sched/signal.h>

#include "internal.h"

/* Start of extent @nr in the file; the file size if @nr is after the last. */
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
	const char *why;
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
	why = stargz_check_extent(&raw, pos, end, i_size_read(inode));
	if (why)
		return stargz_damaged(inode, why);
	map->pos = le64_to_cpu(raw.pos);
	map->span = le32_to_cpu(raw.span);
	map->offset = le32_to_cpu(raw.offset);
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

/* Read and check the span of @map; the whole extent must lie within it. */
static int stargz_map_span(struct inode *inode, struct stargz_map *map)
{
	struct super_block *sb = inode->i_sb;
	const char *why;
	int err;

	map->kind = STARGZ_MAP_HOLE;
	if (map->span == STARGZ_NO_SPAN)
		return 0;
	/*
	 * Read the record of the history at the same time as the span record.
	 */
	stargz_history_prefetch(sb, map->span);
	err = stargz_meta_read(sb, STARGZ_TABLE_SPANS, map->span, &map->raw, 1);
	if (err)
		return err;
	why = stargz_bad_span(STARGZ_SB(sb), &map->raw);
	if (!why)
		why = stargz_check_content(&map->raw, map->offset, map->len);
	if (why)
		return stargz_damaged(inode, why);
	map->kind = stargz_codec(&map->raw)->stored ? STARGZ_MAP_STORED :
						      STARGZ_MAP_ENCODED;
	return 0;
}

/**
 * stargz_map() - find the extent of a file that holds a position
 * @inode: a regular file
 * @pos: position, below the file size
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
		is_hole = map.kind == STARGZ_MAP_HOLE;
		if (is_hole == hole)
			return offset;
		offset = map.pos + map.len;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return hole ? size : -ENXIO;
}

/**
 * stargz_llseek() - change the file position, as file_operations.llseek
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

/* Report an extent; @map is empty on the first call. */
static int stargz_fiemap_emit(const struct stargz_sb_info *sbi,
			      struct fiemap_extent_info *info,
			      const struct stargz_map *map, u32 flags)
{
	u64 phys;

	if (!map->len)
		return 0;
	phys = le64_to_cpu(map->raw.start) +
	       sbi->blobs[le16_to_cpu(map->raw.blob)].start;
	return fiemap_fill_next_extent(info, map->pos, phys, map->len,
				       flags | FIEMAP_EXTENT_ENCODED);
}

/*
 * Find the next extent with data at or after @start and below @size: 1 found,
 * 0 none, or a negative errno.
 */
static int stargz_fiemap_next(struct inode *inode, u64 start, u64 size,
			      struct stargz_map *map)
{
	int err;

	while (start < size) {
		err = stargz_map(inode, start, map);
		if (err)
			return err;
		if (map->kind != STARGZ_MAP_HOLE)
			return 1;
		start = map->pos + map->len;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

/**
 * stargz_fiemap() - list extents, as inode_operations.fiemap
 * @inode: a regular file
 * @info: receives the extents
 * @start: first byte
 * @len: number of bytes
 *
 * The physical position of an extent is that of the compressed span in the
 * source of its blob. The last extent with data must be marked, even if holes
 * follow it, so each extent is reported only after the next one was found.
 *
 * Return: 0 or a negative errno.
 */
int stargz_fiemap(struct inode *inode, struct fiemap_extent_info *info,
		  u64 start, u64 len)
{
	const struct stargz_sb_info *sbi = STARGZ_SB(inode->i_sb);
	u64 size = i_size_read(inode), end;
	struct stargz_map map, last = {};
	int ret;

	ret = fiemap_prep(inode, info, start, &len, 0);
	if (ret)
		return ret;
	end = min(start + len, size);
	for (;;) {
		ret = stargz_fiemap_next(inode, start, size, &map);
		if (ret < 0)
			return ret;
		if (!ret)
			break;
		ret = stargz_fiemap_emit(sbi, info, &last, 0);
		if (ret || map.pos >= end)
			return min(ret, 0);
		last = map;
		start = map.pos + map.len;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return min(stargz_fiemap_emit(sbi, info, &last, FIEMAP_EXTENT_LAST), 0);
}
