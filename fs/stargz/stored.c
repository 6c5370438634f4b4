// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - stored spans.
 *
 * Stored bytes need no decoding and no caching. They go from their source
 * straight into the page cache. If all sectors match, a bio reads from a block
 * device into the folios. Otherwise, and for files, the bytes are copied from
 * the page cache of the source. The only memory needed is a bio, which a
 * mempool guarantees.
 *
 * A span may be of any size, so its sums are verified unit by unit. The wanted
 * bytes may begin and end within a unit. The rest of such a unit is read as
 * well, through a buffer, and charged to the budget of the request. A unit is
 * read once for a request: the bytes that were verified are the bytes in use. After a mismatch
 * the unit is marked, and only reads of that unit fail.
 *
 * Nothing is shared here, so there are no locks.
 */
#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/sched/signal.h>
#include <linux/uio.h>

#include "internal.h"

/* Size of the buffer on the stack if memory is short. */
#define STARGZ_STORED_SMALL	256

/**
 * struct stargz_stored - a read of bytes of a stored span
 * @session: the reader
 * @map: the extent
 * @src: source of the blob
 * @start: offset of the span in @src
 * @sums: how the span is verified
 * @to: destination
 * @nr: number of @to
 * @from: offset in the span of the first byte of @to
 * @end: offset after the last one
 * @slack: number of bytes after @to that may be overwritten
 * @why: reason for -EFSCORRUPTED or -E2BIG
 */
struct stargz_stored {
	struct stargz_session *session;
	const struct stargz_map *map;
	const struct stargz_source *src;
	u64 start;
	struct stargz_sums sums;
	const struct bio_vec *to;
	unsigned int nr;
	u32 from;
	u32 end;
	size_t slack;
	const char *why;
};

static size_t stargz_stored_size(const struct bio_vec *to, unsigned int nr)
{
	size_t size = 0;

	while (nr--)
		size += to++->bv_len;
	return size;
}

/* Destination of the bytes of the span from @from up to @end. */
static struct bvec_iter stargz_stored_iter(const struct stargz_stored *s,
					   u32 from, u32 end)
{
	struct bvec_iter it = { .bi_size = s->end - s->from };

	bvec_iter_advance(s->to, &it, from - s->from);
	it.bi_size = end - from;
	return it;
}

/* Reading without verification */

/*
 * Number of bytes after the last one that a bio must read as well to cover
 * whole sectors of @sector bytes; negative if no padding makes that possible.
 */
static int stargz_stored_pad(const struct stargz_stored *s, u64 pos,
			     struct bvec_iter it, u32 sector, size_t slack)
{
	if (!IS_ALIGNED(pos, sector))
		return -1;
	while (it.bi_size) {
		const struct bio_vec v = mp_bvec_iter_bvec(s->to, it);
		u32 pad = -v.bv_len & (sector - 1);

		if (!IS_ALIGNED(v.bv_offset, sector))
			return -1;
		if (v.bv_len == it.bi_size)
			return pad <= slack ? pad : -1;
		if (pad)
			return -1;
		bvec_iter_advance(s->to, &it, v.bv_len);
	}
	return -1;
}

/* Read whole sectors; the last entry is extended by @pad bytes. */
static int stargz_stored_bdev(const struct stargz_stored *s,
			      struct block_device *bdev, u64 pos,
			      struct bvec_iter it, u32 pad)
{
	int err = 0;

	while (!err && it.bi_size) {
		struct bio *bio = bio_alloc(bdev, bio_max_segs(s->nr),
					    REQ_OP_READ, GFP_NOIO);
		bool any = false;

		bio->bi_iter.bi_sector = pos >> SECTOR_SHIFT;
		while (it.bi_size) {
			const struct bio_vec v = mp_bvec_iter_bvec(s->to, it);
			u32 len = v.bv_len;

			if (len == it.bi_size)
				len += pad;
			if (bio_add_page(bio, v.bv_page, len, v.bv_offset) !=
			    len)
				break;
			any = true;
			pos += v.bv_len;
			bvec_iter_advance(s->to, &it, v.bv_len);
		}
		/* Avoid a loop if an empty bio cannot take the entry. */
		err = any ? submit_bio_wait(bio) : -EIO;
		bio_put(bio);
	}
	return err;
}

/* Read through the page cache of the source. */
static int stargz_stored_copy(const struct stargz_stored *s, u32 from, u32 end)
{
	struct iov_iter iter;

	iov_iter_bvec(&iter, ITER_DEST, s->to, s->nr, s->end - s->from);
	iov_iter_advance(&iter, from - s->from);
	iov_iter_truncate(&iter, end - from);
	return stargz_source_read_iter(s->src, s->start + from, &iter);
}

/* Read the bytes of the span from @from up to @end to their destination. */
static int stargz_stored_direct(const struct stargz_stored *s, u32 from,
				u32 end)
{
	struct block_device *bdev = stargz_source_bdev(s->src);
	struct bvec_iter it = stargz_stored_iter(s, from, end);
	u64 pos = s->start + from;
	int pad = -1;

	if (bdev)
		pad = stargz_stored_pad(s, pos, it,
					bdev_logical_block_size(bdev),
					end == s->end ? s->slack : 0);
	if (pad >= 0)
		return stargz_stored_bdev(s, bdev, pos, it, pad);
	return stargz_stored_copy(s, from, end);
}

/* Verified reading */

static u32 stargz_stored_unit_end(const struct stargz_stored *s, u32 from)
{
	u64 end = (u64)round_down(from, s->sums.unit) + s->sums.unit;

	return min_t(u64, end, le32_to_cpu(s->map->raw.ulen));
}

/*
 * Number of the unit that holds byte @from, among all units of the mount. A span
 * has less than 2^17 units of 32 KiB. With 32 bits numbers may repeat, so there
 * the whole span counts as one.
 */
static unsigned long stargz_stored_number(const struct stargz_stored *s,
					  u32 from)
{
#if BITS_PER_LONG == 64
	return (unsigned long)s->map->span << 17 | from / s->sums.unit;
#else
	return s->map->span;
#endif
}

/* Is the unit that holds byte @from known to be damaged? */
static bool stargz_stored_bad(const struct stargz_stored *s, u32 from)
{
	return stargz_mark_test(&STARGZ_SB(s->session->sb)->bad_units,
				stargz_stored_number(s, from));
}

/* Compare the sum of the unit that holds byte @from. */
static int stargz_stored_verify(struct stargz_stored *s, u32 from,
				struct stargz_sum *sum)
{
	u8 want[STARGZ_HASH_SIZE];
	int err = stargz_sums_read(s->session->sb, &s->sums,
				   from / s->sums.unit, want, 1);

	if (!err)
		err = stargz_sum_verify(sum, want);
	if (err == -EFSCORRUPTED) {
		s->why = stargz_sum_differs(s->sums.kind);
		stargz_mark_set(&STARGZ_SB(s->session->sb)->bad_units,
				stargz_stored_number(s, from));
	}
	return err;
}

/* Verify whole units from @from up to @end at their destination. */
static int stargz_stored_units(struct stargz_stored *s, u32 from, u32 end)
{
	struct bvec_iter it = stargz_stored_iter(s, from, end);
	struct stargz_sum sum;
	int err = 0;

	while (!err && from < end) {
		u32 left = stargz_stored_unit_end(s, from) - from;

		err = stargz_sum_start(&sum, STARGZ_SB(s->session->sb),
				       s->sums.kind);
		for (it.bi_size = left; !err && it.bi_size; ) {
			/* No highmem: an entry is contiguous. */
			const struct bio_vec v = mp_bvec_iter_bvec(s->to, it);

			err = stargz_sum_add(&sum, page_address(v.bv_page) +
					     v.bv_offset, v.bv_len);
			bvec_iter_advance(s->to, &it, v.bv_len);
		}
		if (!err)
			err = stargz_stored_verify(s, from, &sum);
		from += left;
		if (!err && stargz_unwanted(s->session->sb))
			err = -EINTR;
		cond_resched();
	}
	return err;
}

/* Copy the wanted ones of @n bytes, which start at @pos in the span. */
static void stargz_stored_deliver(const struct stargz_stored *s, u32 pos,
				  const u8 *data, u32 n)
{
	u32 from = max(pos, s->from), end = min(pos + n, s->end);
	struct bvec_iter it;

	if (from >= end)
		return;
	it = stargz_stored_iter(s, from, end);
	while (it.bi_size) {
		const struct bio_vec v = mp_bvec_iter_bvec(s->to, it);

		memcpy(page_address(v.bv_page) + v.bv_offset,
		       data + (from - pos), v.bv_len);
		from += v.bv_len;
		bvec_iter_advance(s->to, &it, v.bv_len);
	}
}

/* Read and verify the unit from @from up to @end through a buffer. */
static int stargz_stored_through(struct stargz_stored *s, u32 from, u32 end,
				 u8 *buf, u32 size)
{
	u64 pos = s->start + from;
	bool forget = !stargz_source_cached(s->src, pos, end - from);
	struct stargz_sum sum;
	u32 at, n;
	int err;

	err = stargz_sum_start(&sum, STARGZ_SB(s->session->sb), s->sums.kind);
	for (at = from; !err && at < end; at += n) {
		n = min(size, end - at);
		err = stargz_source_read(s->src, s->start + at, buf, n);
		if (err)
			break;
		stargz_stored_deliver(s, at, buf, n);
		err = stargz_sum_add(&sum, buf, n);
	}
	if (forget)
		stargz_source_forget(s->src, pos, end - from);
	return err ? err : stargz_stored_verify(s, from, &sum);
}

/* Read and verify the unit from @from up to @end, of which a part is wanted. */
static int stargz_stored_part(struct stargz_stored *s, u32 from, u32 end)
{
	u8 small[STARGZ_STORED_SMALL], *buf;
	int err;

	if (!stargz_budget_take(s->session->budget, end - from, end - from)) {
		s->why = "reading here takes too much decoding";
		return -E2BIG;
	}
	buf = stargz_alloc(end - from, __GFP_ACCOUNT);
	err = stargz_stored_through(s, from, end, buf ? buf : small,
				    buf ? end - from : sizeof(small));
	kvfree(buf);
	if (!err)
		stargz_stat_add(STARGZ_SB(s->session->sb),
				STARGZ_STAT_BYTES_FETCHED,
				end - from - (min(end, s->end) -
					      max(from, s->from)));
	return err;
}

static int stargz_stored_verified(struct stargz_stored *s)
{
	u32 from = s->from;
	int err = 0;

	while (!err && from < s->end) {
		u32 unit = round_down(from, s->sums.unit);
		u32 end = stargz_stored_unit_end(s, from);

		if (stargz_stored_bad(s, from))
			return -EFSCORRUPTED;
		if (from > unit || end > s->end) {
			err = stargz_stored_part(s, unit, end);
			from = end;
			continue;
		}
		/* All whole units at once. */
		while (end < s->end && !stargz_stored_bad(s, end) &&
		       stargz_stored_unit_end(s, end) <= s->end)
			end = stargz_stored_unit_end(s, end);
		err = stargz_stored_direct(s, from, end);
		if (!err)
			err = stargz_stored_units(s, from, end);
		from = end;
	}
	return err;
}

static void stargz_stored_failed(const struct stargz_stored *s, int err)
{
	const struct stargz_span *raw = &s->map->raw;
	struct super_block *sb = s->session->sb;

	/* Without a reason, the fault was logged before. */
	if (err == -EFSCORRUPTED && !s->why)
		return;
	if (err == -EFSCORRUPTED)
		stargz_stat_add(STARGZ_SB(sb), STARGZ_STAT_VERIFY_FAILURES, 1);
	if (err != -EINTR)
		stargz_err(sb, "stored bytes at byte %llu of blob %u: %s (error %d)",
			   le64_to_cpu(raw->start) + s->from,
			   le16_to_cpu(raw->blob),
			   s->why ? s->why : "cannot be read", -err);
}

/**
 * stargz_stored_read() - read bytes of a stored span
 * @session: the reader, with a budget
 * @map: the extent, from stargz_map()
 * @from: offset of the first byte in the span
 * @to: destination; its total length must not exceed the rest of the span from
 *	@from on, and each entry is contiguous memory within one folio
 * @nr: number of @to, at least one
 * @slack: number of bytes after the last one that may be overwritten
 *
 * Sleeps. May be called with folios locked; takes no lock of stargz. After an
 * error the content of the destination is undefined.
 *
 * Return: 0, -EFSCORRUPTED if a sum of the index differs, -E2BIG if the budget
 * is exhausted, -EINTR if the caller is being killed, -EIO or another error of
 * the read.
 */
int stargz_stored_read(struct stargz_session *session,
		       const struct stargz_map *map, u32 from,
		       const struct bio_vec *to, unsigned int nr, size_t slack)
{
	const struct stargz_span *raw = &map->raw;
	struct stargz_sb_info *sbi = STARGZ_SB(session->sb);
	const struct stargz_blob_info *blob =
		&sbi->blobs[le16_to_cpu(raw->blob)];
	struct stargz_stored s = {
		.session = session,
		.map = map,
		.src = blob->source,
		.start = blob->start + le64_to_cpu(raw->start),
		.to = to,
		.nr = nr,
		.from = from,
		.end = from + stargz_stored_size(to, nr),
		.slack = slack,
	};
	int err;

	err = stargz_sums_find(session->sb, map->span, raw, &s.sums, &s.why);
	if (!err && s.sums.kind == STARGZ_VERIFY_NONE)
		err = stargz_stored_direct(&s, s.from, s.end);
	else if (!err)
		err = stargz_stored_verified(&s);
	if (err)
		stargz_stored_failed(&s, err);
	else
		stargz_stat_add(sbi, STARGZ_STAT_BYTES_FETCHED, s.end - s.from);
	return err;
}
