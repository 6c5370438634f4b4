// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - access to the tables of the index.
 *
 * The page cache of an internal inode holds the bytes of the index. Each table
 * has its own readahead state. A record is copied before it is checked, so the
 * checked bytes are the bytes in use even if the index changes underneath. All
 * access to a record goes through the bounds of its table; no code keeps a
 * pointer into the index.
 *
 * Locking: a thread may wait for a folio of the index while it holds locked
 * folios of files. The thread that fills a folio of the index takes no other
 * lock of this file system. stargz_sb_info.meta_lock protects the readahead
 * state of a table while it is copied out and back, so that readahead never
 * works on a mix of two states; of two concurrent readers the last one wins.
 */
#include <linux/bio.h>
#include <linux/pagemap.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "internal.h"

/* Maximum readahead of one table, bytes. */
#define STARGZ_META_WINDOW	SZ_128K

/* Cached pages before a record that show sequential reading of a table. */
#define STARGZ_META_RUN		8U

/*
 * Size of the aligned block that is read around a wanted record, bytes. Reading
 * it takes hardly longer than one page, and it often has the next record, such as
 * the next step of the bisection of a directory.
 */
#define STARGZ_META_AROUND	SZ_16K

/* Share of memory that the kept folios of all mounts may have: 1/1024. */
#define STARGZ_META_SHARE	1024

/* The bytes of the index */

static const struct stargz_source *
stargz_index_source(const struct stargz_sb_info *sbi)
{
	return sbi->has_index ? &sbi->index : &sbi->image;
}

/* Read from the index; zero the part of the buffer beyond its end. */
static int stargz_meta_fill(struct inode *inode, u64 pos, void *buf,
			    size_t len)
{
	struct stargz_sb_info *sbi = STARGZ_SB(inode->i_sb);
	u64 size = i_size_read(inode);
	size_t n = pos < size ? min_t(u64, len, size - pos) : 0;

	memset(buf + n, 0, len - n);
	return stargz_fetch_pages(stargz_index_source(sbi), pos, buf, n);
}

static int stargz_meta_read_folio(struct file *file, struct folio *folio)
{
	/* The gfp mask of the mapping excludes highmem. */
	int err = stargz_meta_fill(folio->mapping->host, folio_pos(folio),
				   folio_address(folio), folio_size(folio));

	flush_dcache_folio(folio);
	folio_end_read(folio, !err);
	return err;
}

static void stargz_meta_end_io(struct bio *bio)
{
	struct folio_iter fi;

	bio_for_each_folio_all(fi, bio)
		folio_end_read(fi.folio, !bio->bi_status);
	bio_put(bio);
}

static bool stargz_meta_add(struct bio *bio, struct folio *folio)
{
	const size_t n = folio_size(folio);

	return bio_add_page(bio, folio_page(folio, 0), n, 0) == n;
}

/*
 * Read a window from a device straight into its folios, without waiting. A
 * folio whose read fails is not uptodate.
 */
static void stargz_meta_submit(struct readahead_control *rac,
			       struct block_device *bdev)
{
	struct bio *bio = NULL;
	struct folio *folio;

	while ((folio = readahead_folio(rac))) {
		if (bio && stargz_meta_add(bio, folio))
			continue;
		if (bio)
			submit_bio(bio);
		/* This folio is the first of the remaining ones. */
		bio = bio_alloc(bdev, bio_max_segs(readahead_count(rac)),
				REQ_OP_READ, GFP_NOIO);
		bio->bi_iter.bi_sector = folio_pos(folio) >> SECTOR_SHIFT;
		bio->bi_end_io = stargz_meta_end_io;
		/* An empty bio always has room for a folio. */
		if (!stargz_meta_add(bio, folio))
			folio_end_read(folio, false);
	}
	if (bio)
		submit_bio(bio);
}

/* Read a window by a copy from the page cache of a file. */
static void stargz_meta_copy(struct readahead_control *rac)
{
	struct inode *inode = rac->mapping->host;
	size_t len = readahead_length(rac);
	struct folio *folio;
	void *buf, *from;

	buf = stargz_alloc(len, __GFP_ACCOUNT);
	if (!buf)
		return;
	if (stargz_meta_fill(inode, readahead_pos(rac), buf, len))
		goto out;
	from = buf;
	while ((folio = readahead_folio(rac))) {
		const size_t n = folio_size(folio);

		memcpy(folio_address(folio), from, n);
		from += n;
		flush_dcache_folio(folio);
		folio_end_read(folio, true);
	}
out:
	kvfree(buf);
}

/*
 * If this fails, or memory is short, the folios are not uptodate afterwards,
 * and ->read_folio() reads the folio that is really needed.
 */
static void stargz_meta_readahead(struct readahead_control *rac)
{
	struct inode *inode = rac->mapping->host;
	const struct stargz_source *src =
		stargz_index_source(STARGZ_SB(inode->i_sb));
	struct block_device *bdev = stargz_source_bdev(src);
	u64 pos = readahead_pos(rac);
	u64 end = pos + readahead_length(rac);

	/* With pages larger than 4 KiB the window may exceed the index. */
	if (bdev && end <= i_size_read(inode) &&
	    IS_ALIGNED(pos | end, bdev_logical_block_size(bdev)))
		stargz_meta_submit(rac, bdev);
	else
		stargz_meta_copy(rac);
}

static const struct address_space_operations stargz_meta_aops = {
	.read_folio	= stargz_meta_read_folio,
	.readahead	= stargz_meta_readahead,
	.migrate_folio	= filemap_migrate_folio,
};

/* Kept folios */

/* Number of kept folios, of all mounts. */
static atomic_long_t stargz_meta_nr_kept;

/*
 * The place for a folio of a table of which a record is needed for each span that
 * is decoded; NULL for other tables. The tables do not compete for places.
 */
static struct folio **stargz_meta_place(struct stargz_sb_info *sbi,
					enum stargz_table_id id, pgoff_t index)
{
	unsigned int place = index % STARGZ_META_PLACES;

	switch (id) {
	case STARGZ_TABLE_EXTENTS:
		return &sbi->meta_kept[0][place];
	case STARGZ_TABLE_SPANS:
		return &sbi->meta_kept[1][place];
	case STARGZ_TABLE_PIECES:
		return &sbi->meta_kept[2][place];
	case STARGZ_TABLE_HISTORIES:
		return &sbi->meta_kept[3][place];
	default:
		return NULL;
	}
}

/*
 * Keep a folio in the page cache by a reference, so that a cold read of a file
 * does not wait for the record of one table after the other. squashfs has
 * its metadata in memory of its own for the same reason. The number of folios is
 * limited for each mount, and by a share of memory for all mounts.
 */
static void stargz_meta_keep(struct stargz_sb_info *sbi,
			     enum stargz_table_id id, struct folio *folio)
{
	struct folio **place = stargz_meta_place(sbi, id, folio->index), *old;

	if (!place || READ_ONCE(*place) == folio)
		return;
	if (!READ_ONCE(*place) && atomic_long_read(&stargz_meta_nr_kept) >=
				  totalram_pages() / STARGZ_META_SHARE)
		return;
	folio_get(folio);
	old = xchg(place, folio);
	if (old)
		folio_put(old);
	else
		atomic_long_inc(&stargz_meta_nr_kept);
}

/* Release all kept folios of a mount. */
static void stargz_meta_keep_none(struct stargz_sb_info *sbi)
{
	struct folio **place = &sbi->meta_kept[0][0];
	unsigned int i;

	for (i = 0; i < STARGZ_META_KEPT * STARGZ_META_PLACES; i++) {
		if (!place[i])
			continue;
		folio_put(place[i]);
		place[i] = NULL;
		atomic_long_dec(&stargz_meta_nr_kept);
	}
}

/**
 * stargz_meta_open() - make the records of the index readable
 * @sb: the file system, whose superblock was read
 *
 * Return: 0 or -ENOMEM. After success stargz_meta_close() is needed.
 */
int stargz_meta_open(struct super_block *sb)
{
	static struct lock_class_key stargz_meta_key;
	struct stargz_sb_info *sbi = STARGZ_SB(sb);
	struct inode *inode = new_inode(sb);
	struct address_space *mapping;
	unsigned int i;

	if (!inode)
		return -ENOMEM;
	inode->i_mode = S_IFREG;
	inode->i_size = sbi->super.index_size;
	mapping = inode->i_mapping;
	mapping->a_ops = &stargz_meta_aops;
	/*
	 * Reading a file reads the index with a folio of the file locked, so
	 * reclaim must not enter file systems. No highmem: records are copied
	 * from the address of a folio. Not movable: some folios are kept. No
	 * large folios: a folio is kept, and hashed, as a whole.
	 */
	mapping_set_gfp_mask(mapping, GFP_USER & ~__GFP_FS);
	lockdep_set_class(&mapping->invalidate_lock, &stargz_meta_key);
	for (i = 0; i < STARGZ_TABLES; i++) {
		sbi->meta_ra[i].ra_pages = STARGZ_META_WINDOW / PAGE_SIZE;
		sbi->meta_ra[i].prev_pos = -1;
	}
	sbi->meta_inode = inode;
	return 0;
}

/**
 * stargz_meta_close() - undo stargz_meta_open()
 * @sbi: the mount; may be closed already, or never have been opened
 *
 * Context: There are no readers of records, and all other inodes are gone.
 */
void stargz_meta_close(struct stargz_sb_info *sbi)
{
	stargz_meta_keep_none(sbi);
	iput(sbi->meta_inode);
	sbi->meta_inode = NULL;
}

/* Records */

/**
 * struct stargz_meta_range - pages of the index
 * @first: index of the first page
 * @nr: number of pages
 */
struct stargz_meta_range {
	pgoff_t first;
	unsigned int nr;
};

/*
 * The pages worth reading for @len bytes of a table from @pos on. Neighbours in
 * the history data are unrelated, so there only the range itself counts.
 */
static struct stargz_meta_range
stargz_meta_around(const struct stargz_sb_info *sbi, enum stargz_table_id id,
		   u64 pos, size_t len)
{
	const struct stargz_table_info *t = &sbi->super.table[id];
	u64 size = t->count * stargz_record_size(id), end = pos + len;

	if (id != STARGZ_TABLE_HISTORY_DATA) {
		pos = max(round_down(pos, STARGZ_META_AROUND), t->offset);
		end = min(round_up(end, STARGZ_META_AROUND), t->offset + size);
	}
	return (struct stargz_meta_range) {
		.first = pos >> PAGE_SHIFT,
		.nr = DIV_ROUND_UP(end, PAGE_SIZE) - (pos >> PAGE_SHIFT),
	};
}

static struct file_ra_state stargz_meta_ra_get(struct stargz_sb_info *sbi,
					       enum stargz_table_id id)
{
	struct file_ra_state ra;

	spin_lock(&sbi->meta_lock);
	ra = sbi->meta_ra[id];
	spin_unlock(&sbi->meta_lock);
	return ra;
}

static void stargz_meta_ra_put(struct stargz_sb_info *sbi,
			       enum stargz_table_id id,
			       const struct file_ra_state *ra)
{
	spin_lock(&sbi->meta_lock);
	sbi->meta_ra[id] = *ra;
	spin_unlock(&sbi->meta_lock);
}

/*
 * Is a table read from one end to the other? Then the last record was shortly
 * before the page @first, and the pages in between are cached. For mm one such
 * page is enough, and it reads a window ahead. A process that opens a few files
 * also needs neighbours now and then, and records beside them hardly more often
 * than others.
 */
static bool stargz_meta_sequential(struct address_space *mapping,
				   const struct file_ra_state *ra,
				   pgoff_t first)
{
	const pgoff_t last = ra->prev_pos >> PAGE_SHIFT;

	if (first <= STARGZ_META_RUN || last >= first ||
	    first - last > STARGZ_META_RUN)
		return false;
	/* Up to 6.12 page_cache_prev_miss() looks at one page less. */
	return first - 1 - page_cache_prev_miss(mapping, first - 1,
						STARGZ_META_RUN + 1) >=
	       STARGZ_META_RUN;
}

/* Read missing pages, which are not in the page cache. */
static void stargz_meta_read_missing(struct address_space *mapping,
				     struct file_ra_state *ra,
				     struct stargz_meta_range r)
{
	DEFINE_READAHEAD(rac, NULL, ra, mapping, r.first);

	if (stargz_meta_sequential(mapping, ra, r.first))
		page_cache_sync_ra(&rac, max(r.nr, STARGZ_META_RUN));
	else
		stargz_ra_unbounded(&rac, r.nr);
}

/*
 * The folio that holds byte @pos of the index, with a reference, or an ERR_PTR.
 * The caller needs @len bytes of the table from @pos on.
 */
static struct folio *stargz_meta_folio(struct stargz_sb_info *sbi,
				       enum stargz_table_id id, u64 pos,
				       size_t len)
{
	struct address_space *mapping = sbi->meta_inode->i_mapping;
	struct stargz_meta_range r = stargz_meta_around(sbi, id, pos, len);
	struct file_ra_state ra = stargz_meta_ra_get(sbi, id);
	pgoff_t index = pos >> PAGE_SHIFT;
	struct folio *folio = filemap_get_folio(mapping, index);

	if (IS_ERR_OR_NULL(folio)) {
		stargz_meta_read_missing(mapping, &ra, r);
		folio = NULL;
	} else if (folio_test_readahead(folio)) {
		DEFINE_READAHEAD(rac, NULL, &ra, mapping, index);

		page_cache_async_ra(&rac, folio, r.nr);
	}
	ra.prev_pos = pos;
	stargz_meta_ra_put(sbi, id, &ra);
	if (folio) {
		if (folio_test_uptodate(folio))
			return folio;
		folio_put(folio);
	}
	return read_mapping_folio(mapping, index, NULL);
}

/**
 * stargz_meta_prefetch() - start reading records that will be needed soon
 * @sb: the file system
 * @id: the table
 * @nr: first record; does nothing if it does not exist
 * @len: bytes from there on, not zero; a range beyond the table is ignored
 *
 * Does not wait for I/O, but may wait for memory.
 */
void stargz_meta_prefetch(struct super_block *sb, enum stargz_table_id id,
			  u64 nr, size_t len)
{
	struct stargz_sb_info *sbi = STARGZ_SB(sb);
	const struct stargz_source *src = stargz_index_source(sbi);
	const struct stargz_table_info *t = &sbi->super.table[id];
	struct address_space *mapping = sbi->meta_inode->i_mapping;
	const size_t size = stargz_record_size(id);
	u64 pos = t->offset + nr * size;
	struct stargz_meta_range r;
	struct folio *folio;

	if (nr >= t->count)
		return;
	folio = filemap_get_folio(mapping, pos >> PAGE_SHIFT);
	if (!IS_ERR_OR_NULL(folio)) {
		folio_put(folio);
		return;
	}
	r = stargz_meta_around(sbi, id, pos,
			       min_t(u64, len, (t->count - nr) * size));
	if (stargz_source_bdev(src)) {
		struct file_ra_state ra = stargz_meta_ra_get(sbi, id);
		DEFINE_READAHEAD(rac, NULL, &ra, mapping, r.first);

		stargz_ra_unbounded(&rac, r.nr);
	} else {
		stargz_source_willneed(src, (u64)r.first << PAGE_SHIFT,
				       (u64)r.nr << PAGE_SHIFT);
	}
}

/**
 * stargz_meta_block() - read a block of the index that is not in a table
 * @sb: the file system
 * @pos: offset of the block in the index, within its size
 *
 * Sleeps. For the hash tree: the blocks around are read as well.
 *
 * Return: the folio that holds the block, uptodate and referenced, or an
 * ERR_PTR.
 */
struct folio *stargz_meta_block(struct super_block *sb, u64 pos)
{
	struct address_space *mapping = STARGZ_SB(sb)->meta_inode->i_mapping;
	u64 size = i_size_read(mapping->host);
	u64 start = round_down(pos, STARGZ_META_AROUND);
	u64 end = min(start + STARGZ_META_AROUND, size);
	struct folio *folio = filemap_get_folio(mapping, pos >> PAGE_SHIFT);

	if (!IS_ERR_OR_NULL(folio)) {
		if (folio_test_uptodate(folio))
			return folio;
		folio_put(folio);
	} else {
		struct file_ra_state ra = {};
		DEFINE_READAHEAD(rac, NULL, &ra, mapping, start >> PAGE_SHIFT);

		stargz_ra_unbounded(&rac, DIV_ROUND_UP(end, PAGE_SIZE) -
					  (start >> PAGE_SHIFT));
	}
	return read_mapping_folio(mapping, pos >> PAGE_SHIFT, NULL);
}

/* Move the cursor to the folio that holds byte @pos of the index. */
static int stargz_cursor_seek(struct stargz_cursor *cur, u64 pos, size_t len)
{
	struct stargz_sb_info *sbi = STARGZ_SB(cur->sb);
	struct folio *folio = cur->folio;
	int err = 0;

	if (folio && pos >= folio_pos(folio) &&
	    pos - folio_pos(folio) < folio_size(folio))
		return 0;
	stargz_cursor_end(cur);
	folio = stargz_meta_folio(sbi, cur->id, pos, len);
	if (IS_ERR(folio))
		return PTR_ERR(folio);
	if (sbi->sha256)
		err = stargz_tree_verify(cur->sb, folio);
	if (err) {
		folio_put(folio);
		return err;
	}
	stargz_meta_keep(sbi, cur->id, folio);
	cur->folio = folio;
	return 0;
}

/**
 * stargz_cursor_end() - release the folio of a cursor
 * @cur: the cursor, which can be used again
 */
void stargz_cursor_end(struct stargz_cursor *cur)
{
	if (cur->folio)
		folio_put(cur->folio);
	cur->folio = NULL;
}

/**
 * stargz_cursor_read() - read records of the cursor's table
 * @cur: the cursor; moves to the last of the records
 * @nr: first record
 * @buf: destination; the records are not checked
 * @count: number of records, may be zero
 *
 * Sleeps. May be called with folios of files locked.
 *
 * Return: 0, -EFSCORRUPTED if the table has no such records or they do not match
 * the hash tree, -EINTR if the caller is being killed, or another error of the
 * read.
 */
int stargz_cursor_read(struct stargz_cursor *cur, u64 nr, void *buf,
		       unsigned int count)
{
	const struct stargz_table_info *t =
		&STARGZ_SB(cur->sb)->super.table[cur->id];
	const size_t size = stargz_record_size(cur->id);
	size_t left = count * size;
	u64 pos;

	if (nr > t->count || count > t->count - nr) {
		stargz_err(cur->sb, "record %llu of table %d does not exist",
			   nr, cur->id);
		return -EFSCORRUPTED;
	}
	pos = t->offset + nr * size;
	while (left) {
		size_t at, n;
		int err;

		err = stargz_cursor_seek(cur, pos, left);
		if (err)
			return err;
		at = pos - folio_pos(cur->folio);
		n = min(left, folio_size(cur->folio) - at);
		memcpy(buf, folio_address(cur->folio) + at, n);
		buf += n;
		pos += n;
		left -= n;
	}
	return 0;
}

/**
 * stargz_meta_read() - read records of a table without a cursor
 * @sb: the file system
 * @id: the table
 * @nr: first record
 * @buf: destination; the records are not checked
 * @count: number of records, may be zero
 *
 * For callers that read no neighbouring records.
 *
 * Return: as stargz_cursor_read().
 */
int stargz_meta_read(struct super_block *sb, enum stargz_table_id id, u64 nr,
		     void *buf, unsigned int count)
{
	struct stargz_cursor cur = STARGZ_CURSOR(sb, id);
	int err = stargz_cursor_read(&cur, nr, buf, count);

	stargz_cursor_end(&cur);
	return err;
}
