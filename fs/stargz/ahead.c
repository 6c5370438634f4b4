// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - decoding ahead of those who read many files.
 *
 * Readahead of the page cache ends where a file ends. Most files of a layer
 * are small, one span each, and much reading of them goes in the order they
 * have in the layer, which is the order of span numbers. Who does that is
 * noticed here, and the spans that come next are read in one go and decoded
 * on other CPUs, into the span cache, before they are asked for.
 *
 * Locking: stargz_ahead.lock protects the runs. It is held for arithmetic
 * only; STARGZ_RUN_BUSY keeps others off a run while its next batch is made.
 */
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "internal.h"

/* A batch: so many spans at most, so many decoded and compressed bytes. */
#define STARGZ_BATCH_SPANS	64
#define STARGZ_BATCH_ULEN	SZ_256K
#define STARGZ_BATCH_CLEN	SZ_512K

/* Spans that may be left out in a walk that still counts as in order. */
#define STARGZ_AHEAD_SKIP	16

/* Files in order before anything is decoded ahead. */
#define STARGZ_AHEAD_HITS	2

/* Some consecutive spans, to be decoded ahead. */
struct stargz_batch {
	struct work_struct work;
	struct super_block *sb;
	u32 first;
	u32 count;
	struct stargz_span raw[STARGZ_BATCH_SPANS];
	struct stargz_span_buf *buf[STARGZ_BATCH_SPANS];
};

/* Claim what nobody has decoded yet; the range of compressed bytes of it. */
static u32 stargz_batch_claim(struct stargz_batch *batch, u64 *start, u64 *end)
{
	u32 i, n = 0;

	for (i = 0; i < batch->count; i++) {
		const struct stargz_span *raw = &batch->raw[i];
		u64 pos = le64_to_cpu(raw->start);

		batch->buf[i] = stargz_span_claim(batch->sb, batch->first + i,
						  le32_to_cpu(raw->ulen));
		if (!batch->buf[i])
			continue;
		if (!n++)
			*start = pos;
		*end = pos + le32_to_cpu(raw->clen);
	}
	return n;
}

static void stargz_batch_decode(struct stargz_batch *batch, u32 i,
				const struct stargz_fetch *have, int err)
{
	struct stargz_span_buf *buf = batch->buf[i];
	const struct stargz_want want = { .out = buf->data, .to = buf->len };

	if (!err)
		err = stargz_decode_span(batch->sb, batch->first + i,
					 &batch->raw[i], have, &want);
	/* What is not the blob's fault is for the readers to find out. */
	if (err && err != -EFSCORRUPTED)
		err = -EAGAIN;
	if (!err)
		stargz_stat_add(STARGZ_SB(batch->sb),
				STARGZ_STAT_SPANS_PREFETCHED, 1);
	stargz_span_finish(batch->sb, buf, err);
	stargz_span_put(batch->sb, buf, 0);
}

static void stargz_batch_work(struct work_struct *work)
{
	struct stargz_batch *batch =
		container_of(work, struct stargz_batch, work);
	struct stargz_sb_info *sbi = STARGZ_SB(batch->sb);
	unsigned int nofs = memalloc_nofs_save();
	struct stargz_fetch fetch = {};
	u64 start, end;
	u32 i;
	int err;

	if (stargz_batch_claim(batch, &start, &end)) {
		err = stargz_fetch(&fetch,
				   &sbi->blobs[le16_to_cpu(batch->raw[0].blob)],
				   start, end - start, NULL, 0);
		if (!err)
			stargz_stat_add(sbi, STARGZ_STAT_BYTES_FETCHED,
					end - start);
		for (i = 0; i < batch->count; i++)
			if (batch->buf[i])
				stargz_batch_decode(batch, i, &fetch, err);
		stargz_fetch_free(&fetch);
	}
	memalloc_nofs_restore(nofs);
	kfree(batch);
}

/* How many of the spans read go together: one blob, ascending, not too big. */
static u32 stargz_batch_size(const struct stargz_sb_info *sbi,
			     const struct stargz_span *raw, u32 n)
{
	u64 start = le64_to_cpu(raw[0].start), prev = start, ulen = 0;
	u32 i;

	for (i = 0; i < n; i++) {
		u64 pos = le64_to_cpu(raw[i].start);

		if (stargz_check_span(&sbi->super, sbi->blobs, sbi->nr_blobs,
				      &raw[i]) ||
		    raw[i].blob != raw[0].blob || pos < prev)
			break;
		ulen += le32_to_cpu(raw[i].ulen);
		if (ulen > STARGZ_BATCH_ULEN ||
		    pos - start + le32_to_cpu(raw[i].clen) > STARGZ_BATCH_CLEN)
			break;
		prev = pos;
	}
	return i;
}

/* Queue a batch that starts at span @first; returns the spans it has. */
static u32 stargz_batch_queue(struct super_block *sb, u32 first)
{
	struct stargz_sb_info *sbi = STARGZ_SB(sb);
	u64 spans = sbi->super.table[STARGZ_TABLE_SPANS].count;
	struct stargz_batch *batch;
	u32 n;

	if (first >= spans)
		return 0;
	batch = kmalloc(sizeof(*batch), GFP_NOFS | __GFP_NORETRY |
					__GFP_NOWARN);
	if (!batch)
		return 0;
	n = min_t(u64, STARGZ_BATCH_SPANS, spans - first);
	if (stargz_meta_read(sb, STARGZ_TABLE_SPANS, first, batch->raw, n))
		n = 0;
	n = stargz_batch_size(sbi, batch->raw, n);
	if (!n) {
		kfree(batch);
		return 0;
	}
	batch->sb = sb;
	batch->first = first;
	batch->count = n;
	INIT_WORK(&batch->work, stargz_batch_work);
	queue_work(sbi->workqueue, &batch->work);
	return n;
}

/* The run that spans from @first on continue, or the oldest for a new one. */
static struct stargz_run *stargz_run_find(struct stargz_ahead *ahead, u32 first)
{
	struct stargz_run *oldest = &ahead->runs[0];
	unsigned int i;

	for (i = 0; i < STARGZ_RUNS; i++) {
		struct stargz_run *run = &ahead->runs[i];

		if (run->used && first >= run->next &&
		    first - run->next <= STARGZ_AHEAD_SKIP)
			return run;
		if (run->used < oldest->used)
			oldest = run;
	}
	if (oldest->busy)
		return NULL;
	memset(oldest, 0, sizeof(*oldest));
	return oldest;
}

/*
 * Note that spans @first to @last were read. Returns the run when a batch
 * from run->end on should be queued; it is busy then.
 */
static struct stargz_run *stargz_run_advance(struct stargz_ahead *ahead,
					     u32 first, u32 last)
{
	struct stargz_run *run;
	bool more = false;

	spin_lock(&ahead->lock);
	run = stargz_run_find(ahead, first);
	if (run) {
		run->used = ++ahead->clock;
		run->next = last + 1;
		run->hits++;
		while (run->nr_ends && run->ends[0] <= run->next)
			memmove(run->ends, run->ends + 1,
				--run->nr_ends * sizeof(run->ends[0]));
		run->end = max(run->end, run->next);
		more = !run->busy && run->hits > STARGZ_AHEAD_HITS &&
		       run->nr_ends < STARGZ_RUN_BATCHES;
		run->busy |= more;
	}
	spin_unlock(&ahead->lock);
	return more ? run : NULL;
}

/**
 * stargz_ahead() - note that a file was read to its end
 * @sb: the file system
 * @first: the first span that was touched
 * @last: the last one
 *
 * Decodes the spans after @last ahead when the files read before were those
 * before @first. Does not wait for that.
 */
void stargz_ahead(struct super_block *sb, u32 first, u32 last)
{
	struct stargz_ahead *ahead = &STARGZ_SB(sb)->ahead;
	struct stargz_run *run = stargz_run_advance(ahead, first, last);
	u32 n;

	if (!run)
		return;
	n = stargz_batch_queue(sb, run->end);
	spin_lock(&ahead->lock);
	if (n) {
		run->end += n;
		run->ends[run->nr_ends++] = run->end;
	}
	run->busy = false;
	spin_unlock(&ahead->lock);
}

/**
 * stargz_ahead_init() - start without any run
 * @ahead: zeroed
 */
void stargz_ahead_init(struct stargz_ahead *ahead)
{
	spin_lock_init(&ahead->lock);
}
