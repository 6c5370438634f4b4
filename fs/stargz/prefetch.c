// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - decoding ahead of those who read many files.
 *
 * Readahead of the page cache ends where a file ends. Most files of a layer
 * are small, one span each, and much reading of them goes in the order they
 * have in the layer, which is the order of span numbers. This file finds such
 * readers. The spans that come next are read in one go and decoded on other CPUs,
 * into the span cache, before they are asked for.
 *
 * A batch holds what it uses: its task counts for the mount, which is drained
 * before anything of it goes, and the spans that it has claimed are its own.
 *
 * A batch may wait long for a worker. Meanwhile readers come to its spans, those
 * of its own run, of another run that is in the same place, or of none. Each
 * reader marks what it is about to read in all batches there are.
 *
 * Locking: stargz_prefetcher.lock protects the runs, the list of batches and their
 * marks. It is held for arithmetic only; stargz_run.busy keeps others off a run
 * while its next batch is made.
 */
#include <linux/bitmap.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "internal.h"

/* A batch: so many spans at most, so many decoded and compressed bytes. */
#define STARGZ_BATCH_SPANS	128
#define STARGZ_BATCH_ULEN	SZ_1M
#define STARGZ_BATCH_CLEN	SZ_1M

/* Most batches of a mount that wait or are decoded. */
#define STARGZ_BATCHES		(STARGZ_RUNS * STARGZ_RUN_BATCHES)

/* So many of their spans are given to the decoder at once. */
#define STARGZ_BATCH_STEP	8

/* Spans that may be left out in a walk that still counts as in order. */
#define STARGZ_PREFETCH_SKIP	16

/* How far behind others a reader may be that walks with them, in spans. */
#define STARGZ_PREFETCH_BEHIND	32

/* A walk that did not go on for so many files is over. */
#define STARGZ_PREFETCH_OVER	64

/* After so many spans what was read and left out before counts half. */
#define STARGZ_PREFETCH_MEMORY	256

/* Files in order before anything is decoded ahead. */
#define STARGZ_PREFETCH_HITS	2

/**
 * struct stargz_batch - consecutive spans, to be decoded ahead of a run
 * @task: on the queue of the mount, which keeps @sb alive
 * @sb: the file system
 * @list: on stargz_prefetcher.batches
 * @id: stargz_run.id of the run
 * @first: the first span
 * @passed: spans that readers have come to; its lock is that of the prefetcher
 * @count: how many spans
 * @raw: their records, checked
 * @buf: those that the batch has claimed
 */
struct stargz_batch {
	struct stargz_task task;
	struct super_block *sb;
	struct list_head list;
	u64 id;
	u32 first;
	DECLARE_BITMAP(passed, STARGZ_BATCH_SPANS);
	u32 count;
	struct stargz_span raw[STARGZ_BATCH_SPANS];
	struct stargz_span_buf *buf[STARGZ_BATCH_SPANS];
};

/*
 * Mark spans @first to @last in all batches. In those of @run, if there is one,
 * the spans before them are marked as well: that reader has left them out.
 */
static void stargz_batches_mark(struct stargz_prefetcher *p,
				const struct stargz_run *run, u32 first,
				u32 last)
{
	struct stargz_batch *batch;

	lockdep_assert_held(&p->lock);
	list_for_each_entry(batch, &p->batches, list) {
		u64 from = max(first, batch->first);
		u64 end = min((u64)last + 1,
			      (u64)batch->first + STARGZ_BATCH_SPANS);

		if (run && run->id == batch->id)
			from = batch->first;
		if (from < end)
			bitmap_set(batch->passed, from - batch->first,
				   end - from);
	}
}

/* Which spans of the batch readers have come to by now. */
static void stargz_batch_passed(struct stargz_batch *batch,
				unsigned long *passed)
{
	struct stargz_prefetcher *p = &STARGZ_SB(batch->sb)->prefetcher;

	spin_lock(&p->lock);
	bitmap_copy(passed, batch->passed, STARGZ_BATCH_SPANS);
	spin_unlock(&p->lock);
}

/* A batch that goes on from run->end, which is busy; or NULL. */
static struct stargz_batch *stargz_batch_alloc(struct super_block *sb,
					       const struct stargz_run *run)
{
	struct stargz_prefetcher *p = &STARGZ_SB(sb)->prefetcher;
	struct stargz_batch *batch;
	bool added;

	batch = kmalloc(sizeof(*batch), STARGZ_GFP | __GFP_NORETRY);
	if (!batch)
		return NULL;
	batch->sb = sb;
	batch->id = run->id;
	bitmap_zero(batch->passed, STARGZ_BATCH_SPANS);
	spin_lock(&p->lock);
	added = p->nr_batches < STARGZ_BATCHES;
	if (added) {
		p->nr_batches++;
		list_add(&batch->list, &p->batches);
		batch->first = run->end;
	}
	spin_unlock(&p->lock);
	if (!added) {
		kfree(batch);
		return NULL;
	}
	return batch;
}

static void stargz_batch_free(struct stargz_batch *batch)
{
	struct stargz_prefetcher *p = &STARGZ_SB(batch->sb)->prefetcher;

	spin_lock(&p->lock);
	list_del(&batch->list);
	p->nr_batches--;
	spin_unlock(&p->lock);
	kfree(batch);
}

/* Give a claimed span back: @err 0 when it is decoded. */
static void stargz_batch_finish(struct stargz_batch *batch, u32 i, int err)
{
	stargz_span_finish(batch->buf[i], err);
	stargz_span_put(batch->buf[i], 0);
	batch->buf[i] = NULL;
}

/*
 * Claim what nobody has decoded yet. A reader marks what it is about to read
 * before it looks whether a span is claimed, and we look at the marks after
 * claiming, so that not both decode a span.
 */
static void stargz_batch_claim(struct stargz_batch *batch)
{
	struct stargz_sb_info *sbi = STARGZ_SB(batch->sb);
	DECLARE_BITMAP(passed, STARGZ_BATCH_SPANS);
	u32 i;

	stargz_batch_passed(batch, passed);
	for (i = 0; i < batch->count; i++)
		batch->buf[i] = test_bit(i, passed) ? NULL :
			stargz_span_claim(sbi, batch->first + i,
					  le32_to_cpu(batch->raw[i].ulen),
					  STARGZ_CLAIM_AHEAD);
	stargz_batch_passed(batch, passed);
	for (i = 0; i < batch->count; i++)
		if (batch->buf[i] && test_bit(i, passed))
			stargz_batch_finish(batch, i, -EAGAIN);
}

/* The range of compressed bytes of what is claimed; false if nothing is. */
static bool stargz_batch_range(const struct stargz_batch *batch, u64 *start,
			       u64 *end)
{
	bool any = false;
	u32 i;

	for (i = 0; i < batch->count; i++) {
		const struct stargz_span *raw = &batch->raw[i];
		u64 stop = le64_to_cpu(raw->start) + le32_to_cpu(raw->clen);

		if (!batch->buf[i])
			continue;
		if (!any)
			*start = le64_to_cpu(raw->start);
		/* A span may lie within the one before it. */
		*end = any ? max(*end, stop) : stop;
		any = true;
	}
	return any;
}

/* A span is decoded: give it back with what became of it. */
static void stargz_batch_done(struct stargz_decode *d)
{
	struct stargz_batch *batch = d->data;
	int err = d->err;

	/* What is not the blob's fault is for the readers to find out. */
	if (err && err != -EFSCORRUPTED)
		err = -EAGAIN;
	if (!err)
		stargz_stat_add(STARGZ_SB(batch->sb),
				STARGZ_STAT_SPANS_PREFETCHED, 1);
	stargz_batch_finish(batch, d->span - batch->first, err);
}

/* Decode what is claimed. */
static void stargz_batch_decode(struct stargz_batch *batch,
				struct stargz_session *session)
{
	struct stargz_decode d[STARGZ_BATCH_STEP];
	unsigned int nr = 0;
	u32 i;

	for (i = 0; i < batch->count; i++) {
		const struct stargz_span_buf *buf = batch->buf[i];

		if (buf)
			d[nr++] = (struct stargz_decode) {
				.span = batch->first + i,
				.raw = &batch->raw[i],
				.want = { .out = buf->data, .to = buf->len },
				.done = stargz_batch_done,
				.data = batch,
			};
		if (nr && (nr == ARRAY_SIZE(d) || i + 1 == batch->count)) {
			stargz_decode_spans(session, d, nr);
			nr = 0;
		}
	}
}

/* Claim, read and decode the spans of a batch, with a stream at hand. */
static void stargz_batch_execute(struct stargz_batch *batch,
				 struct stargz_session *session)
{
	struct stargz_sb_info *sbi = STARGZ_SB(batch->sb);
	u16 blob = le16_to_cpu(batch->raw[0].blob);
	u64 start, end;
	u32 i;

	stargz_batch_claim(batch);
	if (!stargz_batch_range(batch, &start, &end))
		return;
	if (!stargz_fetch(&session->have, &sbi->blobs[blob], start,
			  end - start)) {
		stargz_stat_add(sbi, STARGZ_STAT_BYTES_FETCHED, end - start);
		stargz_batch_decode(batch, session);
	}
	for (i = 0; i < batch->count; i++)
		if (batch->buf[i])
			stargz_batch_finish(batch, i, -EAGAIN);
}

/* Do a batch in a worker, as stargz_task.run. */
static void stargz_batch_run(struct stargz_task *task, bool drop)
{
	struct stargz_batch *batch =
		container_of(task, struct stargz_batch, task);
	struct stargz_budget budget;
	struct stargz_session session = {
		.sb = batch->sb, .budget = &budget,
	};

	stargz_budget_init(&budget, STARGZ_BATCH_ULEN);
	/* Those who read come first. */
	if (!drop)
		session.strm = stargz_stream_try();
	if (session.strm)
		stargz_batch_execute(batch, &session);
	stargz_session_end(&session);
	stargz_batch_free(batch);
}

/*
 * How many of the spans read go together: to be decoded, one blob, ascending,
 * not too big.
 */
static u32 stargz_batch_size(const struct stargz_sb_info *sbi,
			     const struct stargz_span *raw, u32 n)
{
	u64 start = le64_to_cpu(raw[0].start), prev = start, ulen = 0;
	u32 i;

	for (i = 0; i < n; i++) {
		u64 pos = le64_to_cpu(raw[i].start);

		if (stargz_bad_span(sbi, &raw[i]) ||
		    stargz_codec(&raw[i])->stored ||
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

/*
 * Queue a batch that goes on from run->end. Returns the span behind its last
 * one, or 0 if there is no batch.
 */
static u32 stargz_batch_queue(struct super_block *sb,
			      const struct stargz_run *run)
{
	struct stargz_sb_info *sbi = STARGZ_SB(sb);
	u64 spans = sbi->super.table[STARGZ_TABLE_SPANS].count;
	struct stargz_batch *batch;
	u32 n = 0, first;

	if (READ_ONCE(run->end) >= spans)
		return 0;
	batch = stargz_batch_alloc(sb, run);
	if (!batch)
		return 0;
	first = batch->first;
	if (first < spans)
		n = min_t(u64, STARGZ_BATCH_SPANS, spans - first);
	if (n && stargz_meta_read(sb, STARGZ_TABLE_SPANS, first, batch->raw, n))
		n = 0;
	if (n)
		n = stargz_batch_size(sbi, batch->raw, n);
	if (!n) {
		stargz_batch_free(batch);
		return 0;
	}
	batch->count = n;
	batch->task.run = stargz_batch_run;
	stargz_engine_queue(sbi, &batch->task, STARGZ_PREFETCH);
	return first + n;
}

/*
 * The run that spans from @first on continue. Files share spans, and readers
 * share a walk, so it need not go on where the last file ended.
 */
static struct stargz_run *stargz_run_find(struct stargz_prefetcher *p, u32 first)
{
	unsigned int i;

	for (i = 0; i < STARGZ_RUNS; i++) {
		struct stargz_run *run = &p->runs[i];
		u64 next = run->next;

		if (run->used && (u64)first + STARGZ_PREFETCH_BEHIND >= next &&
		    first <= next + STARGZ_PREFETCH_SKIP)
			return run;
	}
	return NULL;
}

/* A new run from @first on, in place of the oldest; NULL when that is busy. */
static struct stargz_run *stargz_run_new(struct stargz_prefetcher *p, u32 first)
{
	struct stargz_run *oldest = &p->runs[0];
	unsigned int i;

	for (i = 1; i < STARGZ_RUNS; i++)
		if (p->runs[i].used < oldest->used)
			oldest = &p->runs[i];
	if (oldest->busy)
		return NULL;
	memset(oldest, 0, sizeof(*oldest));
	oldest->id = p->clock + 1;
	oldest->first = first;
	oldest->next = first;
	return oldest;
}

/*
 * Is a walk where another one has just been? That of a reader who fell behind
 * is; what he still wants there the others have left out.
 */
static bool stargz_run_follows(const struct stargz_prefetcher *p,
			       const struct stargz_run *run)
{
	unsigned int i;

	for (i = 0; i < STARGZ_RUNS; i++) {
		const struct stargz_run *other = &p->runs[i];

		if (other != run && other->used &&
		    p->clock - other->used < STARGZ_PREFETCH_OVER &&
		    run->end >= other->first && run->end < other->end)
			return true;
	}
	return false;
}

/* Count what a walk reads and what it leaves out on the way. */
static void stargz_run_count(struct stargz_run *run, u32 first, u32 last)
{
	if (last >= run->next) {
		run->read += last - max(first, run->next) + 1;
		if (first > run->next)
			run->skipped += first - run->next;
	} else if (last + 1 < run->next) {
		/* What one reader left out another one reads. */
		run->skipped -= min(run->skipped, last - first + 1);
	}
	if (run->read + run->skipped > STARGZ_PREFETCH_MEMORY) {
		run->read /= 2;
		run->skipped /= 2;
	}
}

/*
 * Note that spans @first to @last are read. Returns the run when a batch from
 * run->end on should be queued; it is busy then.
 */
static struct stargz_run *stargz_run_advance(struct stargz_prefetcher *p,
					     u32 first, u32 last, bool ends)
{
	struct stargz_run *run;
	bool more = false;

	spin_lock(&p->lock);
	run = stargz_run_find(p, first);
	if (!run && ends)
		run = stargz_run_new(p, first);
	if (run) {
		run->used = ++p->clock;
		if (ends && last >= run->next)
			run->hits++;
		stargz_run_count(run, first, last);
		run->next = max(run->next, last + 1);
		while (run->nr_ends && run->ends[0] <= run->next)
			memmove(run->ends, run->ends + 1,
				--run->nr_ends * sizeof(run->ends[0]));
		WRITE_ONCE(run->end, max(run->end, run->next));
		/* Of what is decoded ahead, half must be wanted. */
		more = ends && !run->busy && run->hits > STARGZ_PREFETCH_HITS &&
		       run->skipped <= run->read &&
		       run->nr_ends < STARGZ_RUN_BATCHES &&
		       !stargz_run_follows(p, run);
		run->busy |= more;
	}
	stargz_batches_mark(p, run, first, last);
	spin_unlock(&p->lock);
	return more ? run : NULL;
}

/**
 * stargz_prefetch() - note that a part of a file is about to be read
 * @sb: the file system
 * @first: the first span that will be touched
 * @last: the last one
 * @ends: the file ends there
 *
 * Decodes the spans after @last ahead when the files read before were those
 * before @first. Does not wait for that. What is noted here is not decoded
 * ahead any more.
 */
void stargz_prefetch(struct super_block *sb, u32 first, u32 last, bool ends)
{
	struct stargz_prefetcher *p = &STARGZ_SB(sb)->prefetcher;
	struct stargz_run *run;
	u32 end;

	/* Only an index that nobody made by walking a layer is like that. */
	if (last < first)
		return;
	run = stargz_run_advance(p, first, last, ends);
	if (!run)
		return;
	end = stargz_batch_queue(sb, run);
	spin_lock(&p->lock);
	if (end) {
		/* The reader may have overtaken us meanwhile. */
		WRITE_ONCE(run->end, max(run->end, end));
		run->ends[run->nr_ends++] = end;
	}
	run->busy = false;
	spin_unlock(&p->lock);
}

/**
 * stargz_prefetcher_init() - start without any run
 * @p: zeroed
 */
void stargz_prefetcher_init(struct stargz_prefetcher *p)
{
	spin_lock_init(&p->lock);
	INIT_LIST_HEAD(&p->batches);
}
