// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - filling the page cache.
 *
 * A folio is filled piece by piece: each piece is a hole, or a copy out of
 * a decoded span. Extents need not start or end at page borders, and a large
 * folio may cover many of them. A folio becomes uptodate only when every byte
 * of it was produced, and is zero behind the end of the file.
 *
 * Locking: readahead and read_folio come with folios locked. We never lock
 * another folio of our own; decoding is waited for with folios locked, which
 * is safe because whoever decodes needs none of them.
 */
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/sizes.h>

#include "internal.h"

/*
 * Readahead grows to whole extents, since all of a span is decoded anyway,
 * but not beyond this many bytes.
 */
#define STARGZ_EXPAND_MAX	SZ_8M

/*
 * Reads one file front to back, and keeps the span at hand between folios.
 * @buf belongs to @map; @delivered counts the bytes taken from it.
 */
struct stargz_reader {
	struct inode *inode;
	struct stargz_map map;
	struct stargz_span_buf *buf;
	u64 delivered;
};

static void stargz_reader_drop(struct stargz_reader *rd)
{
	if (rd->buf)
		stargz_span_put(rd->inode->i_sb, rd->buf, rd->delivered);
	rd->buf = NULL;
	rd->delivered = 0;
	rd->map.len = 0;
}

/* Make @pos lie in rd->map, with its span decoded. */
static int stargz_reader_seek(struct stargz_reader *rd, u64 pos)
{
	struct stargz_span_buf *buf;
	int err;

	if (pos >= rd->map.pos && pos - rd->map.pos < rd->map.len)
		return 0;
	stargz_reader_drop(rd);
	err = stargz_map(rd->inode, pos, &rd->map);
	if (!err && rd->map.span != STARGZ_NO_SPAN) {
		buf = stargz_span_get(rd->inode, &rd->map);
		if (IS_ERR(buf))
			err = PTR_ERR(buf);
		else
			rd->buf = buf;
	}
	if (err)
		rd->map.len = 0;
	return err;
}

/* Produce @len bytes of the file from @pos on, or fail. */
static int stargz_read_bytes(struct stargz_reader *rd, u64 pos, void *to,
			     size_t len)
{
	while (len) {
		u64 skip;
		size_t n;
		int err;

		err = stargz_reader_seek(rd, pos);
		if (err)
			return err;
		skip = pos - rd->map.pos;
		n = min_t(u64, len, rd->map.len - skip);
		if (rd->buf)
			memcpy(to, rd->buf->data + rd->map.offset + skip, n);
		else
			memset(to, 0, n);
		rd->delivered += n;
		to += n;
		pos += n;
		len -= n;
	}
	return 0;
}

static int stargz_fill_folio(struct stargz_reader *rd, struct folio *folio)
{
	u64 pos = folio_pos(folio), size = i_size_read(rd->inode);
	size_t len = 0;
	int err;

	if (pos < size)
		len = min_t(u64, size - pos, folio_size(folio));
	/* No highmem (inode_nohighmem()): a folio is one run of memory. */
	err = stargz_read_bytes(rd, pos, folio_address(folio), len);
	if (!err)
		folio_zero_segment(folio, len, folio_size(folio));
	flush_dcache_folio(folio);
	return err;
}

static int stargz_read_folio(struct file *file, struct folio *folio)
{
	struct stargz_reader rd = { .inode = folio->mapping->host };
	unsigned int nofs = memalloc_nofs_save();
	int err;

	err = stargz_fill_folio(&rd, folio);
	stargz_reader_drop(&rd);
	memalloc_nofs_restore(nofs);
	folio_end_read(folio, !err);
	return err;
}

/* Let the window cover the extents that it touches, within reason. */
static void stargz_expand(struct readahead_control *rac)
{
	struct inode *inode = rac->mapping->host;
	u64 start = readahead_pos(rac), end = start + readahead_length(rac);
	struct stargz_map map;

	if (start >= i_size_read(inode) || stargz_map(inode, start, &map))
		return;
	start = round_down(map.pos, PAGE_SIZE);
	end = min_t(u64, end, i_size_read(inode));
	if (end > map.pos + map.len && stargz_map(inode, end - 1, &map))
		return;
	end = map.pos + map.len;
	if (end - start <= STARGZ_EXPAND_MAX)
		readahead_expand(rac, start, end - start);
}

static void stargz_readahead(struct readahead_control *rac)
{
	struct stargz_reader rd = { .inode = rac->mapping->host };
	struct folio *folio;
	int err = 0;

	stargz_expand(rac);
	/*
	 * After an error the rest of the window is left alone; read_folio()
	 * comes back for what is really wanted, and reports.
	 */
	while (!err && (folio = readahead_folio(rac))) {
		err = stargz_fill_folio(&rd, folio);
		folio_end_read(folio, !err);
		cond_resched();
	}
	stargz_reader_drop(&rd);
}

const struct address_space_operations stargz_aops = {
	.read_folio	= stargz_read_folio,
	.readahead	= stargz_readahead,
};

const struct file_operations stargz_file_fops = {
	.llseek		= stargz_llseek,
	.read_iter	= generic_file_read_iter,
	.splice_read	= filemap_splice_read,
	STARGZ_MMAP_OP,
};
