// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - reading one folio, and the operations of regular files.
 *
 * Readahead fills the page cache as far as possible and reports no errors, see
 * readahead.c and request.c. If a needed folio is not uptodate, this file reads
 * it in the context of the reader and reports errors.
 *
 * Locking: a folio arrives locked, and stargz never locks another folio of its
 * files. request.c lists what a reader waits for.
 */
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>

#include "internal.h"
#include "trace.h"

/* Decode without the span cache, for which memory is short. */
static int stargz_read_uncached(struct stargz_session *session,
				const struct stargz_map *map, u32 from,
				void *to, size_t len)
{
	struct stargz_decode d = {
		.span = map->span,
		.raw = &map->raw,
		.want = { .out = to, .from = from, .to = from + len },
	};

	stargz_decode_spans(session, &d, 1);
	if (d.err == -EFSCORRUPTED)
		stargz_mark_set(&STARGZ_SB(session->sb)->bad_spans, map->span);
	return d.err;
}

static int stargz_read_encoded(struct stargz_session *session,
			       const struct stargz_map *map, u32 from,
			       void *to, size_t len)
{
	struct stargz_span_buf *buf = stargz_span_get(session, map, from + len);

	/* A started session has a stream; only memory is short. */
	if (buf == ERR_PTR(-ENOMEM) && session->strm)
		return stargz_read_uncached(session, map, from, to, len);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	memcpy(to, buf->data + from, len);
	stargz_span_put(buf, len);
	return 0;
}

static int stargz_read_stored(struct stargz_session *session,
			      const struct stargz_map *map, u32 from, void *to,
			      size_t len, size_t slack)
{
	struct bio_vec vec = {
		.bv_page = virt_to_page(to),
		.bv_offset = offset_in_page(to),
		.bv_len = len,
	};

	return stargz_stored_read(session, map, from, &vec, 1, slack);
}

/* Produce @len bytes of the extent @map from its byte @skip on. */
static int stargz_read_map(struct stargz_session *session,
			   const struct stargz_map *map, u64 skip, void *to,
			   size_t len, size_t slack)
{
	int err;

	switch (map->kind) {
	case STARGZ_MAP_HOLE:
		memset(to, 0, len);
		return 0;
	case STARGZ_MAP_STORED:
		err = stargz_read_stored(session, map, map->offset + skip, to,
					 len, slack);
		break;
	default:
		err = stargz_read_encoded(session, map, map->offset + skip, to,
					  len);
	}
	if (!err)
		stargz_stat_add(STARGZ_SB(session->sb),
				STARGZ_STAT_BYTES_DELIVERED, len);
	return err;
}

/*
 * Produce @len bytes of the file from @pos on, or fail. May overwrite up to
 * @slack bytes after them.
 */
static int stargz_read_bytes(struct inode *inode,
			     struct stargz_session *session, u64 pos, void *to,
			     size_t len, size_t slack)
{
	while (len) {
		struct stargz_map map;
		size_t n;
		u64 skip;
		int err;

		err = stargz_map(inode, pos, &map);
		if (err)
			return err;
		skip = pos - map.pos;
		n = min_t(u64, len, map.len - skip);
		err = stargz_read_map(session, &map, skip, to, n,
				      n == len ? slack : 0);
		if (err)
			return err;
		to += n;
		pos += n;
		len -= n;
		/* An extent may be a single byte. */
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

static int stargz_read_folio(struct file *file, struct folio *folio)
{
	struct inode *inode = folio->mapping->host;
	u64 pos = folio_pos(folio), size = i_size_read(inode);
	unsigned int noio = memalloc_noio_save();
	struct stargz_budget budget;
	struct stargz_session session = {
		.sb = inode->i_sb, .budget = &budget,
	};
	size_t len = 0;
	int err;

	if (pos < size)
		len = min_t(u64, size - pos, folio_size(folio));
	stargz_budget_init(&budget, len);
	/* No highmem (stargz_fill_type()): a folio is contiguous. */
	err = stargz_read_bytes(inode, &session, pos, folio_address(folio), len,
				folio_size(folio) - len);
	stargz_session_end(&session);
	if (err == -E2BIG)
		err = -EFSCORRUPTED;
	if (!err)
		folio_zero_segment(folio, len, folio_size(folio));
	else if (err == -EFSCORRUPTED)
		stargz_report_content(inode, pos, len, err);
	flush_dcache_folio(folio);
	memalloc_noio_restore(noio);
	trace_stargz_complete(inode, pos, len, err);
	folio_end_read(folio, !err);
	return err;
}

const struct address_space_operations stargz_aops = {
	.read_folio	= stargz_read_folio,
	.readahead	= stargz_readahead,
	.migrate_folio	= filemap_migrate_folio,
};

const struct file_operations stargz_file_fops = {
	.llseek		= stargz_llseek,
	.read_iter	= generic_file_read_iter,
	.splice_read	= filemap_splice_read,
	STARGZ_MMAP_OP,
};
