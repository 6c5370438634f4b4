// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - KUnit tests of mapping a position in a file to its bytes: extents,
 * holes, the page cache, spans shared by files, and damage.
 */
#include <kunit/test.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sizes.h>

#include "members.h"
#include "mounted.h"

/* The spans of every image here, in this order. */
enum {
	PATTERN,		/* all of member_pattern */
	CLIPPED,		/* the first CLIPPED_LEN bytes of another */
	PLAIN,			/* "stargz\n" */
	CHECKED,		/* all of a third, with CRCs in the index */
	STORED,			/* STORED_LEN bytes of the pattern, as they are */
	SUMMED,			/* some more, with a CRC in the index */
	SPANS,
};

#define STORED_LEN	(3 * PAGE_SIZE + 100)
#define SUMMED_LEN	(2 * PAGE_SIZE + 9)
#define CLIPPED_LEN	(PAGE_SIZE + 2)
#define PLAIN_TEXT	"stargz\n"
#define HOLE		STARGZ_NO_SPAN

#define INLINE		STARGZ_INODE_INLINE
#define MAX_SEGS	8

struct map_file {
	const char *name;
	u16 flags;
	struct image_seg segs[MAX_SEGS];
};

static const struct map_file map_files[] = {
	{ "empty" },
	{ "one byte", INLINE, { { 1, PATTERN, 3 } } },
	{ "last byte", INLINE, { { 1, PATTERN, PATTERN_LEN - 1 } } },
	{ "a line", INLINE, { { 7, PLAIN } } },
	{ "a page less 1", INLINE, { { PAGE_SIZE - 1, PATTERN, 500 } } },
	{ "a page", INLINE, { { PAGE_SIZE, PATTERN, 1 } } },
	{ "a page and 1", INLINE, { { PAGE_SIZE + 1, CLIPPED, 1 } } },
	{ "all of a span", INLINE, { { PATTERN_LEN, CHECKED } } },
	{ "a hole", INLINE, { { 100000, HOLE } } },
	{ "hole of a byte", INLINE, { { 1, HOLE } } },
	{ "in one extent", 0, { { 5000, PATTERN, 100 } } },
	{ "extents across pages", 0, {
		{ 1000, PATTERN, 7 }, { 5000, PATTERN, 60000 },
		{ 4095, CLIPPED, 3 }, { 1, PLAIN, 6 }, { 4097, PATTERN, 1 },
		{ 7, PLAIN }, { 13, PATTERN } } },
	{ "extents of pages", 0, {
		{ PAGE_SIZE, PATTERN, 11 }, { 2 * PAGE_SIZE, PATTERN },
		{ PAGE_SIZE, CLIPPED }, { PAGE_SIZE, HOLE },
		{ PAGE_SIZE, CHECKED, 1 } } },
	{ "single bytes", 0, {
		{ 1, PLAIN, 6 }, { 1, PLAIN, 5 }, { 1, PATTERN, 4 },
		{ 1, HOLE }, { 1, CHECKED, 250 }, { 1, CLIPPED, 2 } } },
	{ "hole at both ends", 0, {
		{ 3000, HOLE }, { PATTERN_LEN, PATTERN }, { 9000, HOLE },
		{ 1, PLAIN, 6 }, { PAGE_SIZE, HOLE } } },
	{ "data at both ends", 0, {
		{ 5, PLAIN, 1 }, { 3 * PAGE_SIZE, HOLE }, { 5, PLAIN, 2 } } },
	{ "holes in a row", 0, {
		{ 5, HOLE }, { 5, HOLE }, { 3, PLAIN, 2 }, { 10, HOLE },
		{ PAGE_SIZE, HOLE } } },
	{ "a span backwards", 0, {
		{ 20000, PATTERN, 50000 }, { 20000, PATTERN, 30000 },
		{ 20000, PATTERN, 10000 }, { 10000, PATTERN } } },
	{ "several spans", 0, {
		{ PATTERN_LEN, PATTERN }, { PATTERN_LEN, CHECKED },
		{ CLIPPED_LEN, CLIPPED }, { PATTERN_LEN, CHECKED },
		{ PATTERN_LEN, PATTERN } } },
	{ "stored", INLINE, { { STORED_LEN, STORED } } },
	{ "stored with a checksum", INLINE, { { SUMMED_LEN, SUMMED } } },
	{ "last stored byte", INLINE, { { 1, STORED, STORED_LEN - 1 } } },
	{ "stored page", INLINE, { { PAGE_SIZE, STORED, 77 } } },
	{ "stored among others", 0, {
		{ 5000, STORED, 11 }, { 5000, PATTERN, 60000 },
		{ 3000, HOLE }, { PAGE_SIZE + 3, STORED },
		{ 1, SUMMED, 5 }, { 7, PLAIN }, { 10, STORED, 90 } } },
};

static void file_desc(const struct map_file *file, char *desc)
{
	strscpy(desc, file->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(file, map_files, file_desc);

/* The model: the content of a file at a position, from its extents alone. */

static u64 model_size(const struct image_seg *segs)
{
	u64 size = 0;

	for (; segs->len; segs++)
		size += segs->len;
	return size;
}

/* The extent that holds @pos, and its start. */
static const struct image_seg *model_seg(const struct image_seg *segs, u64 pos,
					 u64 *start)
{
	for (*start = 0; pos - *start >= segs->len; segs++)
		*start += segs->len;
	return segs;
}

static u8 model_byte(const struct image_seg *segs, u64 pos)
{
	u64 start;
	const struct image_seg *seg = model_seg(segs, pos, &start);
	u32 at = seg->offset + pos - start;

	if (seg->span == HOLE)
		return 0;
	return seg->span == PLAIN ? PLAIN_TEXT[at] : PATTERN_BYTE(at);
}

/* Start of the next hole or data; the end of the file counts as a hole. */
static loff_t model_seek(const struct image_seg *segs, u64 pos, bool hole)
{
	u64 start, size = model_size(segs);

	for (; pos < size; pos++)
		if ((model_seg(segs, pos, &start)->span == HOLE) == hole)
			return pos;
	return hole ? size : -ENXIO;
}

/* The whole file, according to the model. */
static u8 *model_bytes(struct kunit *test, const struct image_seg *segs)
{
	u64 pos, size = model_size(segs);
	u8 *bytes = kunit_kmalloc(test, size + 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, bytes);
	for (pos = 0; pos < size; pos++)
		bytes[pos] = model_byte(segs, pos);
	return bytes;
}

static struct file *open_file(struct kunit *test, const char *name)
{
	struct file *file = image_open(test->priv, name);

	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	return file;
}

static struct file *mount_and_open(struct kunit *test, const char *name)
{
	KUNIT_ASSERT_EQ(test, image_mount(test->priv, NULL), 0);
	return open_file(test, name);
}

static void drop_pages(struct kunit *test, struct file *file)
{
	KUNIT_ASSERT_EQ(test, invalidate_inode_pages2(file->f_mapping), 0);
}

/* Mapping */

static void check_map(struct kunit *test, struct inode *inode,
		      const struct image_seg *segs, u64 pos)
{
	struct stargz_map map = {};
	u64 start;
	const struct image_seg *seg = model_seg(segs, pos, &start);

	KUNIT_ASSERT_EQ(test, stargz_map(inode, pos, &map), 0);
	KUNIT_EXPECT_EQ_MSG(test, map.pos, start, "at %llu", pos);
	KUNIT_EXPECT_EQ_MSG(test, map.len, seg->len, "at %llu", pos);
	KUNIT_EXPECT_EQ_MSG(test, map.span, seg->span, "at %llu", pos);
	KUNIT_EXPECT_EQ_MSG(test, map.offset, seg->offset, "at %llu", pos);
}

/* At each extent boundary, one byte before and after, and in between. */
static void check_maps(struct kunit *test, struct inode *inode,
		       const struct image_seg *segs)
{
	const struct image_seg *seg;
	u64 start = 0;

	KUNIT_EXPECT_EQ(test, i_size_read(inode), model_size(segs));
	for (seg = segs; seg->len; seg++) {
		check_map(test, inode, segs, start);
		check_map(test, inode, segs, start + seg->len / 3);
		check_map(test, inode, segs, start + seg->len - 1);
		start += seg->len;
	}
}

static void map_test(struct kunit *test)
{
	const struct map_file *f = test->param_value;
	struct file *file = mount_and_open(test, f->name);

	check_maps(test, file_inode(file), f->segs);
}

static void seek_test(struct kunit *test)
{
	const struct map_file *f = test->param_value;
	struct file *file = mount_and_open(test, f->name);
	const u64 size = model_size(f->segs);
	u64 pos;

	/* Each position near an extent boundary, and some others. */
	for (pos = 0; pos < size; pos++) {
		u64 start;
		const struct image_seg *seg = model_seg(f->segs, pos, &start);

		if (pos > start + 1 && pos + 2 < start + seg->len &&
		    pos % 9973)
			continue;
		KUNIT_EXPECT_EQ(test, vfs_llseek(file, pos, SEEK_HOLE),
				model_seek(f->segs, pos, true));
		KUNIT_EXPECT_EQ(test, vfs_llseek(file, pos, SEEK_DATA),
				model_seek(f->segs, pos, false));
	}
	KUNIT_EXPECT_EQ(test, vfs_llseek(file, size, SEEK_HOLE), -ENXIO);
	KUNIT_EXPECT_EQ(test, vfs_llseek(file, size, SEEK_DATA), -ENXIO);
	KUNIT_EXPECT_EQ(test, vfs_llseek(file, -1, SEEK_HOLE), -ENXIO);
	KUNIT_EXPECT_EQ(test, vfs_llseek(file, -1, SEEK_DATA), -ENXIO);
	KUNIT_EXPECT_EQ(test, vfs_llseek(file, 0, SEEK_END), size);
	KUNIT_EXPECT_EQ(test, vfs_llseek(file, 1, SEEK_SET), 1);
}

/* Reading */

/* Read in chunks from the start, and compare. */
static void check_read(struct kunit *test, struct file *file,
		       const u8 *expected, u64 size, size_t piece)
{
	u8 *buf = kunit_kmalloc(test, piece, GFP_KERNEL);
	loff_t pos = 0;
	ssize_t n;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	drop_pages(test, file);
	do {
		const loff_t at = pos;

		n = kernel_read(file, buf, piece, &pos);
		KUNIT_ASSERT_EQ_MSG(test, n, min_t(u64, piece, size - at),
				    "piece of %zu at %lld", piece, at);
		KUNIT_ASSERT_TRUE_MSG(test, !memcmp(buf, expected + at, n),
				      "piece of %zu at %lld", piece, at);
	} while (n);
	KUNIT_EXPECT_EQ(test, pos, size);
	kunit_kfree(test, buf);
}

static void check_reads(struct kunit *test, struct file *file,
			const struct image_seg *segs)
{
	static const size_t pieces[] = {
		7, PAGE_SIZE - 1, PAGE_SIZE, PAGE_SIZE + 1, 65536, 1 << 20,
	};
	const u64 size = model_size(segs);
	const u8 *expected = model_bytes(test, segs);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pieces); i++)
		check_read(test, file, expected, size, pieces[i]);
	if (size < 30000)
		check_read(test, file, expected, size, 1);
}

static void read_test(struct kunit *test)
{
	const struct map_file *f = test->param_value;

	check_reads(test, mount_and_open(test, f->name), f->segs);
}

/* Some bytes around each boundary, last ones first, without caching. */
static void read_borders_test(struct kunit *test)
{
	const struct map_file *f = test->param_value;
	struct file *file = mount_and_open(test, f->name);
	const u8 *expected = model_bytes(test, f->segs);
	u64 size = model_size(f->segs), at = size;
	u8 buf[4];

	while (at) {
		u64 start;
		loff_t pos;

		model_seg(f->segs, at - 1, &start);
		at = max_t(u64, start, round_down(at - 1, PAGE_SIZE));
		pos = at > 2 ? at - 2 : 0;
		start = pos;
		drop_pages(test, file);
		KUNIT_ASSERT_EQ(test, kernel_read(file, buf, sizeof(buf),
						  &pos),
				min_t(u64, sizeof(buf), size - start));
		KUNIT_EXPECT_MEMEQ(test, buf, expected + start, pos - start);
	}
}

/* Page by page without readahead, backwards; zeroes at the end. */
static void read_pages_test(struct kunit *test)
{
	const struct map_file *f = test->param_value;
	struct file *file = mount_and_open(test, f->name);
	const u8 *expected = model_bytes(test, f->segs);
	const u64 size = model_size(f->segs);
	pgoff_t index = DIV_ROUND_UP(size, PAGE_SIZE);

	while (index--) {
		const u64 pos = (u64)index << PAGE_SHIFT;
		const size_t n = min_t(u64, PAGE_SIZE, size - pos);
		struct page *page = read_mapping_page(file->f_mapping, index,
						      file);
		u8 *p;

		KUNIT_ASSERT_FALSE(test, IS_ERR(page));
		p = page_address(page);
		KUNIT_EXPECT_TRUE_MSG(test, !memcmp(p, expected + pos, n),
				      "page %lu", index);
		KUNIT_EXPECT_NULL(test, memchr_inv(p + n, 0, PAGE_SIZE - n));
		put_page(page);
	}
}

static void read_behind_test(struct kunit *test)
{
	const struct map_file *f = test->param_value;
	struct file *file = mount_and_open(test, f->name);
	const u64 size = model_size(f->segs);
	const loff_t offsets[] = { size, size + 1, size + PAGE_SIZE, 1LL << 40 };
	unsigned int i;
	u8 byte;

	for (i = 0; i < ARRAY_SIZE(offsets); i++) {
		loff_t pos = offsets[i];

		KUNIT_EXPECT_EQ(test, kernel_read(file, &byte, 1, &pos), 0);
		KUNIT_EXPECT_EQ(test, pos, offsets[i]);
	}
}

/* A file with so many extents that the search takes several steps. */
static void many_extents_test(struct kunit *test)
{
	enum { EXTENTS = 300 };
	struct image_seg *segs = kunit_kcalloc(test, EXTENTS + 1,
					       sizeof(*segs), GFP_KERNEL);
	struct image *img = image_new(test);
	unsigned int i;
	struct file *file;

	KUNIT_ASSERT_NOT_NULL(test, segs);
	for (i = 0; i < EXTENTS; i++) {
		segs[i].len = 1 + i * 37 % 449;
		segs[i].span = i % 5 ? i % 2 ? PATTERN : CHECKED : HOLE;
		segs[i].offset = i % 5 ? i * 211 : 0;
	}
	image_span(img, member_pattern, sizeof(member_pattern), PATTERN_LEN);
	image_span(img, member_gzip, sizeof(member_gzip), 1);
	image_span(img, member_gzip, sizeof(member_gzip), 1);
	image_span(img, member_pattern, sizeof(member_pattern), PATTERN_LEN);
	image_file(img, STARGZ_ROOT_INO, "file", 0, segs);
	image_finish(img);
	test->priv = img;
	file = mount_and_open(test, "file");
	check_maps(test, file_inode(file), segs);
	check_reads(test, file, segs);
}

/* Spans in the cache */

static struct stargz_sb_info *info_of(struct file *file)
{
	return STARGZ_SB(file_inode(file)->i_sb);
}

/* No other thread accesses it, so no lock is needed. */
static struct stargz_span_buf *cached(struct file *file, u32 span)
{
	struct stargz_span_buf *buf;

	list_for_each_entry(buf, &info_of(file)->cache.bufs, mount)
		if (buf->span == span)
			return buf;
	return NULL;
}

static void read_whole(struct kunit *test, struct file *file)
{
	const u64 size = i_size_read(file_inode(file));
	u8 *buf = kunit_kmalloc(test, size, GFP_KERNEL);
	loff_t pos = 0;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_EXPECT_EQ(test, kernel_read(file, buf, size, &pos), size);
	kunit_kfree(test, buf);
}

/* Leave junk in the pages that are allocated next. */
static void dirty_free_pages(struct kunit *test)
{
	struct page *pages[64];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		pages[i] = alloc_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, pages[i]);
		memset(page_address(pages[i]), 0xa5, PAGE_SIZE);
	}
	while (i--)
		__free_page(pages[i]);
}

/* Readahead clears what the last folio has behind the end of the file. */
static void read_tail_test(struct kunit *test)
{
	const struct map_file *f = test->param_value;
	struct file *file = mount_and_open(test, f->name);
	const u64 size = model_size(f->segs);
	const size_t n = size % PAGE_SIZE;
	struct folio *folio;
	u8 *p;

	if (!n)
		kunit_skip(test, "the file ends with its last page");
	dirty_free_pages(test);
	read_whole(test, file);
	folio = filemap_get_folio(file->f_mapping, size >> PAGE_SHIFT);
	KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(folio));
	p = folio_address(folio) +
	    offset_in_folio(folio, round_down(size, PAGE_SIZE));
	KUNIT_EXPECT_NULL(test, memchr_inv(p + n, 0, PAGE_SIZE - n));
	folio_put(folio);
}

/*
 * A span that two files share is decoded once for both. Its memory is
 * accounted, rounded up to a power of two if it is larger than a page.
 */
static void shared_span_test(struct kunit *test)
{
	struct file *a = mount_and_open(test, "a page");
	struct file *b = open_file(test, "in one extent");
	const struct stargz_mount_cache *cache = &info_of(a)->cache;
	struct stargz_span_buf *buf;

	KUNIT_EXPECT_NULL(test, cached(a, PATTERN));
	read_whole(test, a);
	buf = cached(a, PATTERN);
	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_EXPECT_EQ(test, buf->users, 0);
	/* The overhead of the buffer is accounted as well. */
	KUNIT_EXPECT_GT(test, buf->size, is_vmalloc_addr(buf->data) ?
			PAGE_ALIGN(PATTERN_LEN) : SZ_128K);
	KUNIT_EXPECT_FALSE(test, list_empty(&buf->lru));
	KUNIT_EXPECT_EQ(test, cache->bytes, buf->size);
	KUNIT_EXPECT_GE(test, stargz_cache_bytes(), buf->size);
	read_whole(test, b);
	KUNIT_EXPECT_PTR_EQ(test, cached(a, PATTERN), buf);
	KUNIT_EXPECT_EQ(test, cache->bytes, buf->size);
}

/* A span that went completely to the page cache is dropped. */
static void used_up_span_test(struct kunit *test)
{
	struct file *file = mount_and_open(test, "all of a span");
	const struct stargz_mount_cache *cache = &info_of(file)->cache;

	read_whole(test, file);
	KUNIT_EXPECT_NULL(test, cached(file, CHECKED));
	KUNIT_EXPECT_EQ(test, cache->bytes, 0);
	KUNIT_EXPECT_TRUE(test, list_empty(&cache->bufs));
}

/* Folios of files are movable. Those of the index are not: some are kept. */
static void movable_test(struct kunit *test)
{
	struct file *file = mount_and_open(test, "a page");
	struct address_space *data = file->f_mapping;
	struct address_space *meta = info_of(file)->meta_inode->i_mapping;

	KUNIT_EXPECT_TRUE(test, mapping_gfp_mask(data) & __GFP_MOVABLE);
	KUNIT_EXPECT_FALSE(test, mapping_gfp_mask(meta) & __GFP_MOVABLE);
	if (IS_ENABLED(CONFIG_MIGRATION)) {
		KUNIT_EXPECT_NOT_NULL(test, data->a_ops->migrate_folio);
		KUNIT_EXPECT_NOT_NULL(test, meta->a_ops->migrate_folio);
	}
	/* Reading the index must not enter file systems on reclaim. */
	KUNIT_EXPECT_FALSE(test, mapping_gfp_mask(meta) & __GFP_FS);
}

/* A mount has a reference to the records that reading a span needs. */
static void kept_test(struct kunit *test)
{
	struct file *file = mount_and_open(test, "a page");
	struct stargz_sb_info *sbi = info_of(file);
	pgoff_t index = sbi->super.table[STARGZ_TABLE_SPANS].offset >>
			PAGE_SHIFT;
	const struct folio *folio;

	read_whole(test, file);
	folio = sbi->meta_kept[1][index % STARGZ_META_PLACES];
	KUNIT_ASSERT_NOT_NULL(test, folio);
	KUNIT_EXPECT_PTR_EQ(test, folio->mapping, sbi->meta_inode->i_mapping);
	KUNIT_EXPECT_EQ(test, folio->index, index);
}

/* Damage */

struct damage_case {
	const char *desc;
	const char *file;
	u8 table;
	u8 nr;
	u8 at;
	u8 size;
	u64 value;
	u64 bad;
	bool late;
};

#define INODE		STARGZ_TABLE_INODES
#define EXTENT		STARGZ_TABLE_EXTENTS
#define SPAN		STARGZ_TABLE_SPANS
#define PIECE		STARGZ_TABLE_PIECES
#define I(field)	offsetof(struct stargz_inode, field)
#define E(field)	offsetof(struct stargz_extent, field)
#define S(field)	offsetof(struct stargz_span, field)

/*
 * @nr: extent of the file, or span; @bad: first unreadable byte; @late: only
 * decoding detects the damage
 */
static const struct damage_case damage_cases[] = {
	{ "span behind the last", "a line", INODE, 0, I(a), 4, SPANS },
	{ "span of the largest number", "a line", INODE, 0, I(a), 4,
	  STARGZ_NO_SPAN - 1 },
	{ "offset behind the span", "a line", INODE, 0, I(b), 4, 8 },
	{ "offset that leaves too little", "a line", INODE, 0, I(b), 4, 1 },
	{ "offset that wraps around", "a line", INODE, 0, I(b), 4, U32_MAX },
	{ "file larger than its span", "a line", INODE, 0, I(size), 8, 8 },
	{ "file of nearly everything", "a line", INODE, 0, I(size), 8,
	  S64_MAX },

	{ "first extent is late", "extents across pages", EXTENT, 0, E(pos),
	  8, 1 },
	{ "extent behind the end", "extents across pages", EXTENT, 1, E(pos),
	  8, U64_MAX },
	{ "last extent at the end", "extents across pages", EXTENT, 6, E(pos),
	  8, 14213, 14193 },
	{ "extent as far as the next", "extents across pages", EXTENT, 3,
	  E(pos), 8, 10096, 6000 },
	{ "span of an extent", "extents across pages", EXTENT, 2, E(span), 4,
	  SPANS, 6000 },
	{ "offset of an extent", "extents across pages", EXTENT, 3, E(offset),
	  4, 7, 10095 },
	{ "extent of a late page", "hole at both ends", EXTENT, 3, E(offset),
	  4, 7, 82000 },

	{ "no such blob", "a line", SPAN, PLAIN, S(blob), 2, 1 },
	{ "compressed span as stored", "a line", SPAN, PLAIN, S(codec), 1,
	  STARGZ_CODEC_STORED },
	{ "stored as compressed", "stored page", SPAN, STORED, S(codec), 1,
	  STARGZ_CODEC_GZIP, .late = true },
	{ "stored span cut short", "stored", SPAN, STORED, S(clen), 4,
	  STORED_LEN - 1 },
	{ "stored bytes that differ", "stored with a checksum", SPAN, SUMMED,
	  S(check), 4, 0, .late = true },
	{ "unknown codec", "a line", SPAN, PLAIN, S(codec), 1, 9 },
	{ "unknown flag", "a line", SPAN, PLAIN, S(flags), 1, 0x80 },
	{ "span without bytes", "a line", SPAN, PLAIN, S(clen), 4, 0 },
	{ "span that decodes to nothing", "a line", SPAN, PLAIN, S(ulen), 4,
	  0 },
	{ "span that is too short", "a line", SPAN, PLAIN, S(ulen), 4, 6 },
	{ "span longer than its member", "a line", SPAN, PLAIN, S(ulen), 4,
	  8, .late = true },
	{ "span above the limit", "a line", SPAN, PLAIN, S(ulen), 4,
	  PATTERN_LEN + 1 },
	{ "span behind the blob", "a line", SPAN, PLAIN, S(start), 8,
	  1 << 20 },
	{ "span that wraps around", "a line", SPAN, PLAIN, S(start), 8,
	  U64_MAX },
	{ "span in the middle of a member", "a line", SPAN, PLAIN, S(start),
	  8, 7, .late = true },
	{ "span that cuts its member", "a line", SPAN, PLAIN, S(clen), 4,
	  sizeof(member_gzip) - 1, .late = true },
	{ "first checksum of the index", "all of a span", PIECE, 0, 0, 4, 0,
	  .late = true },
	{ "last checksum of the index", "all of a span", PIECE, 2, 0, 4, 0,
	  .late = true },
	{ "checksums behind the table", "all of a span", SPAN, CHECKED,
	  S(check), 4, 1 },
	{ "checksums that wrap around", "all of a span", SPAN, CHECKED,
	  S(check), 4, U32_MAX },
};

KUNIT_ARRAY_PARAM_DESC(damage, damage_cases, desc);

static void do_damage(struct image *img, const struct damage_case *c)
{
	u32 ino = img->links[image_find(img, c->file)].ino;
	u32 nr = c->nr;

	if (c->table == INODE)
		nr = ino - 1;
	if (c->table == EXTENT)
		nr += le32_to_cpu(image_inode(img, ino)->a);
	image_damage(image_record(img, c->table, nr), c->at, c->size,
		     c->value);
}

static const struct map_file *find_file(const char *name)
{
	const struct map_file *f = map_files;

	while (strcmp(f->name, name))
		f++;
	return f;
}

/* Pages before the bad byte are readable; then every attempt fails. */
static void check_damaged(struct kunit *test, const char *name, u64 bad)
{
	const u64 good = round_down(bad, PAGE_SIZE);
	const struct map_file *f = find_file(name);
	const u8 *expected = model_bytes(test, f->segs);
	u8 *buf = kunit_kmalloc(test, 2 * PATTERN_LEN, GFP_KERNEL);
	struct file *file = open_file(test, name);
	loff_t pos = 0;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	if (good) {
		KUNIT_ASSERT_EQ(test, kernel_read(file, buf, 2 * PATTERN_LEN,
						  &pos), good);
		KUNIT_EXPECT_TRUE(test, !memcmp(buf, expected, good));
	}
	KUNIT_EXPECT_EQ(test, kernel_read(file, buf, 1000, &pos),
			-EFSCORRUPTED);
	KUNIT_EXPECT_EQ(test, kernel_read(file, buf, 1, &pos), -EFSCORRUPTED);
	KUNIT_EXPECT_EQ(test, pos, good);
}

static void damage_test(struct kunit *test)
{
	const struct damage_case *c = test->param_value;
	const struct map_file *f = find_file("a page and 1");
	struct stargz_map map;
	struct file *file;

	do_damage(test->priv, c);
	file = mount_and_open(test, c->file);
	KUNIT_EXPECT_EQ(test, stargz_map(file_inode(file), c->bad, &map),
			c->late ? 0 : -EFSCORRUPTED);
	check_damaged(test, c->file, c->bad);
	/* Other files are not affected. */
	check_reads(test, open_file(test, f->name), f->segs);
}

/* Flipped bits in a member: no byte is used, and it is inflated once. */
static void damaged_member_test(struct kunit *test)
{
	struct image *img = test->priv;
	const struct stargz_span *raw =
		image_record(img, STARGZ_TABLE_SPANS, PATTERN);
	u64 end = le64_to_cpu(raw->start) + le32_to_cpu(raw->clen);
	struct stargz_sb_info *sbi;
	struct file *file;

	/* The checksum of the member */
	img->blob.data[end - 8] ^= 0x10;
	KUNIT_ASSERT_EQ(test, image_mount(img, NULL), 0);
	check_damaged(test, "one byte", 0);
	check_damaged(test, "a page", 0);
	check_damaged(test, "last byte", 0);
	/* A hole of 3000 bytes comes first, but shares the page. */
	check_damaged(test, "hole at both ends", 0);
	file = open_file(test, "a page");
	sbi = info_of(file);
	KUNIT_EXPECT_TRUE(test, stargz_mark_test(&sbi->bad_spans, PATTERN));
	KUNIT_EXPECT_NULL(test, cached(file, PATTERN));
	KUNIT_EXPECT_EQ(test, mounted_counter(img, STARGZ_STAT_VERIFY_FAILURES),
			1);
	check_reads(test, open_file(test, "all of a span"),
		    find_file("all of a span")->segs);
}

static int stargz_map_init(struct kunit *test)
{
	struct image *img = image_new(test);
	unsigned int i;
	u8 *plain;

	plain = kunit_kmalloc(test, PATTERN_LEN, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, plain);
	for (i = 0; i < PATTERN_LEN; i++)
		plain[i] = PATTERN_BYTE(i);
	image_span(img, member_pattern, sizeof(member_pattern), PATTERN_LEN);
	image_span(img, member_pattern, sizeof(member_pattern), CLIPPED_LEN);
	image_span(img, member_gzip, sizeof(member_gzip), 7);
	image_span(img, member_pattern, sizeof(member_pattern), PATTERN_LEN);
	image_pieces(img, CHECKED, plain);
	image_stored(img, plain, STORED_LEN);
	image_stored(img, plain, SUMMED_LEN);
	image_pieces(img, SUMMED, plain);
	for (i = 0; i < ARRAY_SIZE(map_files); i++)
		image_file(img, STARGZ_ROOT_INO, map_files[i].name,
			   map_files[i].flags, map_files[i].segs);
	image_finish(img);
	test->priv = img;
	return 0;
}

static struct kunit_case stargz_map_cases[] = {
	KUNIT_CASE_PARAM(map_test, file_gen_params),
	KUNIT_CASE_PARAM(seek_test, file_gen_params),
	KUNIT_CASE_PARAM(read_test, file_gen_params),
	KUNIT_CASE_PARAM(read_borders_test, file_gen_params),
	KUNIT_CASE_PARAM(read_pages_test, file_gen_params),
	KUNIT_CASE_PARAM(read_behind_test, file_gen_params),
	KUNIT_CASE_PARAM(read_tail_test, file_gen_params),
	KUNIT_CASE(many_extents_test),
	KUNIT_CASE(shared_span_test),
	KUNIT_CASE(used_up_span_test),
	KUNIT_CASE(movable_test),
	KUNIT_CASE(kept_test),
	KUNIT_CASE_PARAM(damage_test, damage_gen_params),
	KUNIT_CASE(damaged_member_test),
	{}
};

static struct kunit_suite stargz_map_suite = {
	.name		= "stargz_map",
	.init		= stargz_map_init,
	.test_cases	= stargz_map_cases,
};

kunit_test_suite(stargz_map_suite);
