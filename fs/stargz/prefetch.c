// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - decoding ahead of readers of many files.
 *
 * Readahead of the page cache ends at the end of a file. Most files of a layer
 * are small and have one span each, and many readers follow the order of the
 * layer, which is the order of span numbers. This file detects such readers. It
 * reads the next spans in one go and lets workers decode them into the span
 * cache before a reader requests them.
 *
 * Lifetime: the task of a batch counts for the mount, which drains its tasks
 * before it frees anything. The batch owns the spans that it has claimed.
 *
 * A batch may wait for a worker for a long time. Meanwhile readers may reach
 * its spans: the reader of its own run, of another run at the same place, or of
 * no run. Each reader therefore marks the spans that it is about to read in all
 * existing batches.
 *
 * Locking: stargz_prefetcher.lock protects the runs, the list of batches and
 * their marks. It is held for short computations only. stargz_run.busy keeps
 * other threads from a run while its next batch is being built.
 */
#include <linux/bitmap.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "internal.h"

/* Limits of a batch: spans, decoded bytes and compressed bytes. */
#define STARGZ_BATCH_SPANS	128
#define STARGZ_BATCH_ULEN	SZ_1M
#define STARGZ_BATCH_CLEN	SZ_1M

/* Maximum number of batches of a mount that wait or are being decoded. */
#define STARGZ_BATCHES		(STARGZ_RUNS * STARGZ_RUN_BATCHES)

/* Number of spans of a batch that are passed to the decoder at once. */
#define STARGZ_BATCH_STEP	8

/* Number of spans that a run may skip and still count as in order. */
#define STARGZ_PREFETCH_SKIP	16

/* Number of spans that a reader of a shared run may lag behind the others. */
#define STARGZ_PREFETCH_BEHIND	32

/* A run that did not advance for this number of files is over. */
#define STARGZ_PREFETCH_OVER	64

/* After this number of spans the previous counts are halved. */
#define STARGZ_PREFETCH_MEMORY	256

/* Number of files in order before decoding ahead starts. */
#define STARGZ_PREFETCH_HITS	2

/**
 * struct stargz_batch - consecutive spans to decode ahead of a run
 * @task: on the queue of the mount, which keeps @sb alive
 * @sb: the file system
 * @list: on stargz_prefetcher.batches
 * @id: stargz_run.id of the run
 * @first: first span
 * @passed: spans that readers have reached; protected by stargz_prefetcher.lock
 * @count: number of spans
 * @raw: span records, checked
 * @buf: buffers of the spans that the batch has claimed
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
 * Mark spans @first to @last in all batches. In the batches of @run, if any,
 * also mark the spans before them: that reader has skipped them.
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

/* Get the spans of the batch that readers have reached by now. */
static void stargz_batch_passed(struct stargz_batch *batch,
				unsigned long *passed)
{
	struct stargz_prefetcher *p = &STARGZ_SB(batch->sb)->prefetcher;

	spin_lock(&p->lock);
	bitmap_copy(passed, batch->passed, STARGZ_BATCH_SPANS);
	spin_unlock(&p->lock);
}

/* Allocate a batch that starts at run->end, with the run busy; or NULL. */
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

/* Release a claimed span; @err is 0 if it was decoded. */
static void stargz_batch_finish(struct stargz_batch *batch, u32 i, int err)
{
	stargz_span_finish(batch->buf[i], err);
	stargz_span_put(batch->buf[i], 0);
	batch->buf[i] = NULL;
}

/*
 * Claim the spans that no task has decoded yet. A reader marks a span before it
 * checks whether the span is claimed. The batch checks the marks after it
 * claimed the span. So at most one of them decodes it.
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

/* Range of the compressed bytes of all claimed spans; false if none. */
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
		/* A span may lie within the previous one. */
		*end = any ? max(*end, stop) : stop;
		any = true;
	}
	return any;
}

/* A part of a span is decoded: readers may want it already. */
static void stargz_batch_progress(struct stargz_decode *d, u32 ready)
{
	struct stargz_batch *batch = d->data;

	stargz_span_progress(batch->buf[d->span - batch->first], ready);
}

/* The decode of a span has ended: release the span with its result. */
static void stargz_batch_done(struct stargz_decode *d)
{
	struct stargz_batch *batch = d->data;
	int err = d->err;

	/* Errors other than damage are for the readers to detect. */
	if (err && err != -EFSCORRUPTED)
		err = -EAGAIN;
	if (!err)
		stargz_stat_add(STARGZ_SB(batch->sb),
				STARGZ_STAT_SPANS_PREFETCHED, 1);
	stargz_batch_finish(batch, d->span - batch->first, err);
}

/* Decode the claimed spans. */
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
				.progress = stargz_batch_progress,
				.done = stargz_batch_done,
				.data = batch,
			};
		if (nr && (nr == ARRAY_SIZE(d) || i + 1 == batch->count)) {
			stargz_decode_spans(session, d, nr);
			nr = 0;
		}
	}
}

/* Claim, read and decode the spans of a batch; the session has a stream. */
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

/* Run a batch in a worker; implements stargz_task.run. */
static void stargz_batch_run(struct stargz_task *task, bool drop)
{
	struct stargz_batch *batch =
		container_of(task, struct stargz_batch, task);
	struct stargz_budget budget;
	struct stargz_session session = {
		.sb = batch->sb, .budget = &budget,
	};

	stargz_budget_init(&budget, STARGZ_BATCH_ULEN);
	/* Do not compete with readers for a stream. */
	if (!drop)
		session.strm = stargz_stream_try();
	if (session.strm)
		stargz_batch_execute(batch, &session);
	stargz_session_end(&session);
	stargz_batch_free(batch);
}

/*
 * Number of leading spans that form a batch: compressed, of one blob, in
 * ascending order, and within the limits.
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
 * Queue a batch that starts at run->end. Returns the span after its last one,
 * or 0 if there is no batch.
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
 * Find the run that a read of spans from @first on continues. Files share spans
 * and readers share runs, so @first need not be where the last file ended.
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

/* Start a run in place of the oldest; NULL if that one is busy. */
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
 * Is the run at a place that another run has just passed? That is so for a
 * reader that fell behind. The spans that it still wants there are those that
 * the other readers have skipped.
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

/* Count the spans that a run reads and skips. */
static void stargz_run_count(struct stargz_run *run, u32 first, u32 last)
{
	if (last >= run->next) {
		run->read += last - max(first, run->next) + 1;
		if (first > run->next)
			run->skipped += first - run->next;
	} else if (last + 1 < run->next) {
		/* A reader reads spans that another reader has skipped. */
		run->skipped -= min(run->skipped, last - first + 1);
	}
	if (run->read + run->skipped > STARGZ_PREFETCH_MEMORY) {
		run->read /= 2;
		run->skipped /= 2;
	}
}

/*
 * Record a read of spans @first to @last. Returns the run if a batch from
 * run->end on should be queued; the run is busy then.
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
		/* At least half of what is decoded ahead must be used. */
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
 * stargz_prefetch() - record that a part of a file is about to be read
 * @sb: the file system
 * @first: first span of that part
 * @last: last span of that part
 * @ends: the part includes the end of the file
 *
 * Decodes the spans after @last ahead if the previous files were those before
 * @first. Does not wait for decoding. Spans that are recorded here are not
 * decoded ahead any more.
 */
void stargz_prefetch(struct super_block *sb, u32 first, u32 last, bool ends)
{
	struct stargz_prefetcher *p = &STARGZ_SB(sb)->prefetcher;
	struct stargz_run *run;
	u32 end;

	/* Only a hostile or broken index has this order. */
	if (last < first)
		return;
	run = stargz_run_advance(p, first, last, ends);
	if (!run)
		return;
	end = stargz_batch_queue(sb, run);
	spin_lock(&p->lock);
	if (end) {
		/* The reader may have overtaken the batch meanwhile. */
		WRITE_ONCE(run->end, max(run->end, end));
		run->ends[run->nr_ends++] = end;
	}
	run->busy = false;
	spin_unlock(&p->lock);
}

/**
 * stargz_prefetcher_init() - initialise a prefetcher without runs
 * @p: zeroed
 */
void stargz_prefetcher_init(struct stargz_prefetcher *p)
{
	spin_lock_init(&p->lock);
	INIT_LIST_HEAD(&p->batches);
}
