// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - filling the page cache.
 *
 * Readahead turns its window into a request: the folios, and for each how
 * many bytes are still missing. The window is cut at span borders into jobs,
 * which run on all CPUs; each fills what it has of each folio, and whoever
 * brings the last byte of a folio unlocks it. Extents need not start or end
 * at page borders and a large folio may cover many of them. A folio becomes
 * uptodate only when every byte of it was produced, and is zero behind the
 * end of the file.
 *
 * A span of which a job wants everything is decoded straight into the folios
 * when their memory is, or can be made, one run. Otherwise it goes through
 * the span cache, see cache.c. What is stored is read into the folios by
 * codec_stored.c, of spans of any size just what is wanted.
 *
 * Locking: folios come to us locked, and we never lock another folio of our
 * files. Jobs wait for I/O, for a decoder and for spans that somebody is
 * decoding right now; none of these waits for a job or a folio.
 */
#include <linux/backing-dev.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include "internal.h"
#include "trace.h"

/*
 * Readahead grows to whole spans, since all of a span is decoded anyway, but
 * not beyond this many bytes.
 */
#define STARGZ_EXPAND_MAX	SZ_8M

/*
 * The windows of those who read on and on are so many times as large, or of so
 * many bytes: then there is something to do for all CPUs until more is asked for.
 */
#define STARGZ_READ_ON		4
#define STARGZ_READ_ON_MAX	SZ_4M

/* A job covers at least this much, so that small spans share one read. */
#define STARGZ_JOB_SIZE		SZ_256K

/* Most spans that a job decodes at once. */
#define STARGZ_JOB_SPANS	4

/* A window of one job that is not larger is filled by whoever asked. */
#define STARGZ_JOB_ALONE	SZ_512K

/* Most compressed bytes that are read at once for the spans of a job. */
#define STARGZ_JOB_FETCH	SZ_1M

/*
 * From this size on mapping folios side by side is cheaper than copying; but
 * never where page tables are emulated by system calls (UML).
 */
#define STARGZ_MAP_SIZE		(IS_ENABLED(CONFIG_UML) ? U32_MAX : SZ_64K)

/**
 * struct stargz_slot - a folio of a request
 * @folio: locked; not ours any more once @left is zero
 * @pos: where it starts in the file
 * @end: where its part of the file ends: behind the folio or the file
 * @left: bytes of it that nobody has produced yet
 * @bad: some of them will never come
 */
struct stargz_slot {
	struct folio *folio;
	u64 pos;
	u64 end;
	atomic_t left;
	bool bad;
};

/**
 * struct stargz_request - a readahead window
 * @inode: the file
 * @refs: jobs that are not over, and who makes them
 * @nr: number of @slots
 * @slots: the folios, in order and without gaps
 */
struct stargz_request {
	struct inode *inode;
	refcount_t refs;
	unsigned int nr;
	struct stargz_slot slots[];
};

/**
 * struct stargz_job - a part of a window
 * @work: on the workqueue of the superblock
 * @req: the window
 * @pos: first byte in the file
 * @end: behind the last one
 * @slot: the slot that holds @pos
 * @blob: the blob of its spans, when @clen is not zero
 * @start: first of their compressed bytes
 * @clen: how many compressed bytes can be read at once, or 0. A hint: what
 *	was read is looked up by position
 */
struct stargz_job {
	struct work_struct work;
	struct stargz_request *req;
	u64 pos;
	u64 end;
	unsigned int slot;
	u16 blob;
	u64 start;
	u64 clen;
};

/* The request and its folios */

static void stargz_request_put(struct stargz_request *req)
{
	if (refcount_dec_and_test(&req->refs))
		kvfree(req);
}

/* All bytes of a folio are there, or never will be. */
static void stargz_slot_end(struct stargz_request *req,
			    struct stargz_slot *slot)
{
	struct folio *folio = slot->folio;
	size_t len = slot->end - slot->pos;

	if (!slot->bad)
		folio_zero_segment(folio, len, folio_size(folio));
	flush_dcache_folio(folio);
	trace_stargz_complete(req->inode, slot->pos, len,
			      slot->bad ? -EIO : 0);
	folio_end_read(folio, !slot->bad);
}

/* Take the folios of a window; they stay locked. */
static struct stargz_request *
stargz_request_alloc(struct readahead_control *rac)
{
	struct inode *inode = rac->mapping->host;
	u64 size = i_size_read(inode);
	struct stargz_request *req;
	struct folio *folio;

	req = stargz_alloc(struct_size(req, slots, readahead_count(rac)));
	if (!req)
		return NULL;
	req->inode = inode;
	refcount_set(&req->refs, 1);
	for (req->nr = 0; (folio = readahead_folio(rac)); req->nr++) {
		struct stargz_slot *slot = &req->slots[req->nr];

		slot->folio = folio;
		slot->pos = folio_pos(folio);
		slot->end = clamp(size, slot->pos,
				  slot->pos + folio_size(folio));
		slot->bad = false;
		atomic_set(&slot->left, slot->end - slot->pos);
	}
	return req;
}

static u64 stargz_request_end(const struct stargz_request *req)
{
	return req->slots[req->nr - 1].end;
}

/*
 * The bytes of job->slot up to @end are done. Moves job->pos on, and to the
 * next slot when this one is finished with.
 */
static void stargz_job_advance(struct stargz_job *job, u64 end, int err)
{
	struct stargz_request *req = job->req;
	struct stargz_slot *slot = &req->slots[job->slot];
	int n = end - job->pos;
	bool over = end == slot->end;

	if (err)
		WRITE_ONCE(slot->bad, true);
	/* The last one sees the marks of all others. */
	if (atomic_sub_and_test(n, &slot->left))
		stargz_slot_end(req, slot);
	job->pos = end;
	if (over)
		job->slot++;
}

/* Fill the next bytes up to @end from @data, or with zeroes without it. */
static void stargz_job_fill(struct stargz_job *job, u64 end, const void *data)
{
	while (job->pos < end) {
		const struct stargz_slot *slot = &job->req->slots[job->slot];
		u64 stop = min(end, slot->end);
		size_t n = stop - job->pos;
		/* No highmem (inode_nohighmem()): a folio is one run. */
		void *to = folio_address(slot->folio) + (job->pos - slot->pos);

		if (data) {
			memcpy(to, data, n);
			data += n;
		} else {
			memset(to, 0, n);
		}
		stargz_job_advance(job, stop, 0);
	}
}

/* The next bytes up to @end are there already, or never will be. */
static void stargz_job_skip(struct stargz_job *job, u64 end, int err)
{
	while (job->pos < end)
		stargz_job_advance(job, min(end, job->req->slots[job->slot].end),
				   err);
}

/* Decoding straight into folios */

/* How many pages hold the bytes from @slot on to @end, one run or not. */
static unsigned int stargz_slot_pages(const struct stargz_slot *slot, u64 end,
				      bool *one_run)
{
	void *next = folio_address(slot->folio);
	unsigned int pages = 0;

	*one_run = true;
	for (; ; slot++) {
		if (folio_address(slot->folio) != next)
			*one_run = false;
		next = folio_address(slot->folio) + folio_size(slot->folio);
		pages += folio_nr_pages(slot->folio);
		if (slot->end >= end)
			return pages;
	}
}

/* Map @nr pages, those of @slot and the ones behind it, side by side. */
static void *stargz_slot_map(const struct stargz_slot *slot, unsigned int nr)
{
	struct page **pages;
	unsigned int i, n = 0;
	void *addr;

	pages = stargz_alloc(nr * sizeof(*pages));
	if (!pages)
		return NULL;
	for (; n < nr; slot++)
		for (i = 0; i < folio_nr_pages(slot->folio); i++)
			pages[n++] = folio_page(slot->folio, i);
	addr = vm_map_ram(pages, nr, NUMA_NO_NODE);
	kvfree(pages);
	return addr;
}

/**
 * struct stargz_target - a span that a job decodes
 * @map: it, and which part of the file it is
 * @pos: first byte of the file that the job wants of it
 * @end: behind the last one
 * @buf: where it goes, in the span cache; or NULL: straight into the folios
 * @mapped: these are mapped here, or NULL
 * @pages: so many pages are
 */
struct stargz_target {
	struct stargz_map map;
	u64 pos;
	u64 end;
	struct stargz_span_buf *buf;
	void *mapped;
	unsigned int pages;
};

/*
 * Where in the folios all of a span can be decoded to, which begins in @slot;
 * NULL when it cannot.
 */
static u8 *stargz_target_direct(struct stargz_target *t,
				const struct stargz_slot *slot)
{
	u8 *out = folio_address(slot->folio);
	bool one_run;

	t->pages = stargz_slot_pages(slot, t->end, &one_run);
	if (!one_run) {
		if (t->map.len < STARGZ_MAP_SIZE)
			return NULL;
		t->mapped = stargz_slot_map(slot, t->pages);
		if (!t->mapped)
			return NULL;
		out = t->mapped;
	}
	return out + (t->pos - slot->pos);
}

/* Is all of the span wanted, here and by nobody else so far? */
static bool stargz_target_whole(struct super_block *sb,
				const struct stargz_target *t)
{
	const struct stargz_map *map = &t->map;

	return t->pos == map->pos && t->end - t->pos == map->len &&
	       !map->offset && map->len == le32_to_cpu(map->raw.ulen) &&
	       !stargz_span_known(sb, map->span);
}

/*
 * Take on the decoding of the span in t->map, of which the job wants what is
 * from @pos on, and say in @d where it goes. False when somebody else has it,
 * it is damaged, or there is no memory.
 */
static bool stargz_target_begin(const struct stargz_job *job,
				struct stargz_target *t, u64 pos,
				struct stargz_decode *d)
{
	const struct stargz_slot *slot = &job->req->slots[job->slot];
	struct super_block *sb = job->req->inode->i_sb;
	u32 ulen = le32_to_cpu(t->map.raw.ulen);
	u8 *out = NULL;

	t->pos = pos;
	t->end = min(job->end, t->map.pos + t->map.len);
	t->buf = NULL;
	t->mapped = NULL;
	while (slot->end <= pos)
		slot++;
	if (stargz_target_whole(sb, t))
		out = stargz_target_direct(t, slot);
	if (!out) {
		t->buf = stargz_span_claim(sb, t->map.span, ulen);
		if (!t->buf)
			return false;
		stargz_stat_add(STARGZ_SB(sb), STARGZ_STAT_CACHE_MISSES, 1);
		out = t->buf->data;
	}
	*d = (struct stargz_decode) {
		.span = t->map.span,
		.raw = &t->map.raw,
		.want = { .out = out, .to = ulen },
	};
	return true;
}

/* What is decoded straight into folios is there, or never will be. */
static void stargz_target_end_direct(struct stargz_job *job,
				     struct stargz_target *t, int err)
{
	if (t->mapped) {
		flush_kernel_vmap_range(t->mapped, t->pages * PAGE_SIZE);
		vm_unmap_ram(t->mapped, t->pages);
	}
	if (err == -EFSCORRUPTED)
		stargz_span_damaged(job->req->inode->i_sb, t->map.span);
	stargz_job_skip(job, t->end, err);
}

/* The span is decoded, @err says how: give the job what it wants of it. */
static void stargz_target_end(struct stargz_job *job, struct stargz_target *t,
			      int err)
{
	struct super_block *sb = job->req->inode->i_sb;
	u64 delivered = err ? 0 : t->end - t->pos;

	stargz_stat_add(STARGZ_SB(sb), STARGZ_STAT_BYTES_DELIVERED, delivered);
	if (!t->buf) {
		stargz_target_end_direct(job, t, err);
		return;
	}
	stargz_span_finish(sb, t->buf, err);
	if (err)
		stargz_job_skip(job, t->end, err);
	else
		stargz_job_fill(job, t->end, t->buf->data + t->map.offset +
				(t->pos - t->map.pos));
	stargz_span_put(sb, t->buf, delivered);
}

/* Reading stored bytes straight into folios */

/*
 * List the memory of the folios from job->pos on, up to @end, in at most @max
 * entries. Returns how many; *@stop and *@slack are set to where the last one
 * ends and how much of its folio is behind the file.
 */
static unsigned int stargz_job_list(const struct stargz_job *job, u64 end,
				    struct bio_vec *to, unsigned int max,
				    u64 *stop, size_t *slack)
{
	const struct stargz_slot *slot = &job->req->slots[job->slot];
	u64 pos = job->pos;
	unsigned int n = 0;

	for (; n < max && pos < end; slot++, n++) {
		u64 next = min(end, slot->end);

		to[n].bv_page = folio_page(slot->folio, 0);
		to[n].bv_offset = pos - slot->pos;
		to[n].bv_len = next - pos;
		*slack = 0;
		/* Others may be filling what is not behind the file. */
		if (next == i_size_read(job->req->inode))
			*slack = slot->pos + folio_size(slot->folio) - next;
		pos = next;
	}
	*stop = pos;
	return n;
}

/* Fill the next bytes up to @end, all of them stored in the span of @map. */
static void stargz_job_stored(struct stargz_job *job,
			      const struct stargz_map *map, u64 end)
{
	struct super_block *sb = job->req->inode->i_sb;
	unsigned int max = min(job->req->nr - job->slot, BIO_MAX_VECS);
	struct bio_vec one, *to = stargz_alloc(max * sizeof(*to));
	u64 pos, stop;
	int err = 0;

	while (!err && job->pos < end) {
		size_t slack;
		unsigned int nr = stargz_job_list(job, end, to ? to : &one,
						  to ? max : 1, &stop, &slack);

		pos = job->pos;
		err = stargz_stored_read(sb, map,
					 map->offset + (pos - map->pos),
					 to ? to : &one, nr, slack);
		if (!err)
			stargz_stat_add(STARGZ_SB(sb),
					STARGZ_STAT_BYTES_DELIVERED,
					stop - pos);
		stargz_job_skip(job, err ? end : stop, err);
	}
	kvfree(to);
}

/* Running a job */

/*
 * Read what all spans of the job need, once there is one to be decoded. If
 * this fails, each is read on its own.
 */
static void stargz_job_fetch(struct stargz_job *job,
			     const struct stargz_map *map,
			     struct stargz_fetch *have)
{
	struct super_block *sb = job->req->inode->i_sb;
	struct stargz_sb_info *sbi = STARGZ_SB(sb);

	if (!job->clen || stargz_span_known(sb, map->span))
		return;
	if (!stargz_fetch(have, &sbi->blobs[job->blob], job->start, job->clen))
		stargz_stat_add(sbi, STARGZ_STAT_BYTES_FETCHED, job->clen);
	job->clen = 0;
}

/* Take what the job wants of a span from the cache, perhaps when it is there. */
static int stargz_job_cached(struct stargz_job *job,
			     const struct stargz_map *map,
			     const struct stargz_fetch *have)
{
	struct super_block *sb = job->req->inode->i_sb;
	u64 pos = job->pos, end = min(job->end, map->pos + map->len);
	struct stargz_span_buf *buf = stargz_span_get(sb, map, have);

	if (IS_ERR(buf))
		return PTR_ERR(buf);
	stargz_job_fill(job, end, buf->data + map->offset + (pos - map->pos));
	stargz_stat_add(STARGZ_SB(sb), STARGZ_STAT_BYTES_DELIVERED, end - pos);
	stargz_span_put(sb, buf, end - pos);
	return 0;
}

/* Take on the span behind those of @t as well, if nobody has it. */
static bool stargz_job_another(const struct stargz_job *job,
			       struct stargz_target *t, unsigned int nr,
			       struct stargz_decode *d)
{
	u64 pos = t[nr - 1].end;
	struct stargz_map *map = &t[nr].map;
	unsigned int i;

	if (pos == job->end || stargz_map(job->req->inode, pos, map) ||
	    map->span == STARGZ_NO_SPAN || stargz_map_is_stored(map))
		return false;
	/* The cache does not know what goes straight into folios. */
	for (i = 0; i < nr; i++)
		if (t[i].map.span == map->span)
			return false;
	return stargz_target_begin(job, &t[nr], pos, &d[nr]);
}

/* Produce what the job wants next. */
static int stargz_job_run(struct stargz_job *job, struct stargz_fetch *have)
{
	struct inode *inode = job->req->inode;
	struct stargz_target t[STARGZ_JOB_SPANS];
	struct stargz_decode d[STARGZ_JOB_SPANS];
	struct stargz_map *map = &t[0].map;
	unsigned int i, nr = 1;
	u64 end;
	int err;

	err = stargz_map(inode, job->pos, map);
	if (err)
		return err;
	end = min(job->end, map->pos + map->len);
	if (map->span == STARGZ_NO_SPAN) {
		stargz_job_fill(job, end, NULL);
		return 0;
	}
	if (stargz_map_is_stored(map)) {
		stargz_job_stored(job, map, end);
		return 0;
	}
	stargz_job_fetch(job, map, have);
	if (!stargz_target_begin(job, &t[0], job->pos, &d[0]))
		return stargz_job_cached(job, map, have);
	while (nr < STARGZ_JOB_SPANS && stargz_job_another(job, t, nr, d))
		nr++;
	stargz_decode_spans(inode->i_sb, d, nr, have);
	for (i = 0; i < nr; i++) {
		stargz_target_end(job, &t[i], d[i].err);
		if (d[i].err)
			err = d[i].err;
	}
	return err;
}

/* Fill the folios of a job, whatever happens, and be done with it. */
static void stargz_job_execute(struct stargz_job *job)
{
	unsigned int nofs = memalloc_nofs_save();
	struct stargz_fetch have = {};

	while (job->pos < job->end) {
		int err = stargz_job_run(job, &have);

		/* read_folio() comes back for what is wanted, and reports. */
		if (err)
			stargz_job_skip(job, job->end, err);
	}
	stargz_fetch_free(&have);
	memalloc_nofs_restore(nofs);
	stargz_request_put(job->req);
}

static void stargz_job_work(struct work_struct *work)
{
	struct stargz_job *job = container_of(work, struct stargz_job, work);

	stargz_job_execute(job);
	kfree(job);
}

/* Cutting a window into jobs */

/**
 * struct stargz_plan - a window while it is cut
 * @job: the job that grows now
 * @spans: how many spans it has that are compressed
 * @fetched: how many of them are to be read
 * @stored: it has stored bytes
 * @scattered: they do not lie side by side
 * @jobs: how many jobs were handed out
 * @first: the first span of @job
 * @last: the last one
 */
struct stargz_plan {
	struct stargz_job job;
	unsigned int spans;
	unsigned int fetched;
	bool stored;
	bool scattered;
	unsigned int jobs;
	u32 first;
	u32 last;
};

/* Hand the job out: to another CPU, or to ourselves when that is quicker. */
static void stargz_plan_dispatch(struct stargz_plan *plan, bool last)
{
	struct stargz_job *job = &plan->job, *queued = NULL;
	struct stargz_request *req = job->req;
	struct inode *inode = req->inode;
	bool alone = last && !plan->jobs;

	/* Before the job runs, and looks what is being decoded ahead. */
	if (plan->spans)
		stargz_ahead(inode->i_sb, plan->first, plan->last,
			     job->end == i_size_read(inode));
	if (plan->scattered || plan->fetched < 2)
		job->clen = 0;
	refcount_inc(&req->refs);
	if ((plan->spans || plan->stored) &&
	    !(alone && job->end - job->pos <= STARGZ_JOB_ALONE))
		queued = kmemdup(job, sizeof(*job),
				 GFP_NOFS | __GFP_NORETRY | __GFP_NOWARN);
	plan->jobs++;
	plan->spans = 0;
	plan->fetched = 0;
	plan->stored = false;
	plan->scattered = false;
	if (!queued) {
		struct stargz_job mine = *job;

		stargz_job_execute(&mine);
		return;
	}
	INIT_WORK(&queued->work, stargz_job_work);
	queue_work(STARGZ_SB(inode->i_sb)->workqueue, &queued->work);
}

/* Let the job grow by what @map describes. */
static void stargz_plan_add(struct stargz_plan *plan,
			    const struct stargz_map *map)
{
	struct stargz_job *job = &plan->job;
	u64 start = le64_to_cpu(map->raw.start);
	u64 end = start + le32_to_cpu(map->raw.clen);
	u16 blob = le16_to_cpu(map->raw.blob);

	trace_stargz_plan(job->req->inode, map->pos, map->len, map->span,
			  map->offset);
	if (stargz_map_is_stored(map)) {
		plan->stored = true;
		return;
	}
	plan->last = map->span;
	if (!plan->spans++)
		plan->first = map->span;
	/* As the one is that the window before had a part of. */
	if (stargz_span_known(job->req->inode->i_sb, map->span))
		return;
	if (!plan->fetched++) {
		job->blob = blob;
		job->start = start;
		job->clen = end - start;
	} else if (blob != job->blob || start < job->start ||
		   start > job->start + job->clen ||
		   end - job->start > STARGZ_JOB_FETCH) {
		plan->scattered = true;
	} else {
		job->clen = max(job->clen, end - job->start);
	}
}

/* Begin the next job where the last one ended. */
static void stargz_plan_next(struct stargz_plan *plan)
{
	struct stargz_job *job = &plan->job;
	const struct stargz_request *req = job->req;

	job->pos = job->end;
	while (req->slots[job->slot].end <= job->pos)
		job->slot++;
}

/* Cut a window into jobs and have them run. */
static void stargz_plan_run(struct stargz_plan *plan)
{
	struct stargz_job *job = &plan->job;
	struct inode *inode = job->req->inode;
	u64 end = stargz_request_end(job->req);
	struct stargz_map map;

	while (job->end < end) {
		/* What cannot be mapped now fails again when the job runs. */
		if (stargz_map(inode, job->end, &map)) {
			job->end = end;
			break;
		}
		if (map.span != STARGZ_NO_SPAN)
			stargz_plan_add(plan, &map);
		job->end = min(end, map.pos + map.len);
		if (job->end < end && job->end - job->pos >= STARGZ_JOB_SIZE) {
			stargz_plan_dispatch(plan, false);
			stargz_plan_next(plan);
		}
	}
	stargz_plan_dispatch(plan, true);
}

/*
 * Let the windows of a reader who goes on and on grow further: as large as they
 * get they are emptied faster than the next one is filled. That is asked for as
 * by POSIX_FADV_SEQUENTIAL, for this open file only, since it would cost those
 * who touch a mapped file here and there a window of that size for each place.
 */
static void stargz_reads_on(struct readahead_control *rac)
{
	const struct super_block *sb = rac->mapping->host->i_sb;
	unsigned int most = min_t(unsigned long, STARGZ_READ_ON_MAX / PAGE_SIZE,
				  STARGZ_READ_ON * sb->s_bdi->ra_pages);
	struct file_ra_state *ra = rac->ra;
	u64 len;

	/* Of its full size or nearly so, since its end may be aligned. */
	if (!ra || ra->ra_pages >= most || ra->async_size != ra->size ||
	    ra->size <= ra->ra_pages / 2)
		return;
	/* And read() was in the window before: page faults leave no trace. */
	len = (u64)ra->ra_pages * PAGE_SIZE;
	if (ra->prev_pos >= (loff_t)len / 2 &&
	    readahead_pos(rac) - ra->prev_pos <= 2 * len)
		ra->ra_pages = most;
}

/*
 * Let the window cover the spans that it touches, within reason; not stored
 * ones, of which any part costs what it is worth. A page that a span shares
 * with its neighbour is left out, unless asked for: the neighbour would have to
 * be decoded as well, for a page that perhaps nobody wants.
 */
static void stargz_expand(struct readahead_control *rac)
{
	struct inode *inode = rac->mapping->host;
	u64 start = readahead_pos(rac), end = start + readahead_length(rac);
	u64 size = i_size_read(inode);
	struct stargz_map map;

	if ((!start && end >= size) || stargz_map(inode, start, &map))
		return;
	if (!stargz_map_is_stored(&map))
		start = min(start, round_up(map.pos, PAGE_SIZE));
	end = min(end, size);
	if (end > map.pos + map.len && stargz_map(inode, end - 1, &map))
		return;
	if (!stargz_map_is_stored(&map)) {
		u64 stop = map.pos + map.len;

		end = max(end, stop < size ? round_down(stop, PAGE_SIZE) : stop);
	}
	if (end - start > STARGZ_EXPAND_MAX)
		return;
	/* That gives up where a page is there already, at the front mostly. */
	readahead_expand(rac, readahead_pos(rac), end - readahead_pos(rac));
	readahead_expand(rac, start, end - start);
}

static void stargz_readahead(struct readahead_control *rac)
{
	struct stargz_plan plan = {};
	struct stargz_request *req;

	if (readahead_pos(rac) >= i_size_read(rac->mapping->host))
		return;
	stargz_expand(rac);
	stargz_reads_on(rac);
	/* Without memory, read_folio() comes for each folio that is wanted. */
	req = stargz_request_alloc(rac);
	if (!req)
		return;
	plan.job.req = req;
	plan.job.pos = req->slots[0].pos;
	plan.job.end = plan.job.pos;
	stargz_plan_run(&plan);
	stargz_request_put(req);
}

/* One folio, for a caller who waits */

static int stargz_read_span(struct super_block *sb,
			    const struct stargz_map *map, u32 from, void *to,
			    size_t len, size_t slack)
{
	struct stargz_span_buf *buf;

	if (stargz_map_is_stored(map)) {
		struct bio_vec vec = {
			.bv_page = virt_to_page(to),
			.bv_offset = offset_in_page(to),
			.bv_len = len,
		};

		return stargz_stored_read(sb, map, from, &vec, 1, slack);
	}
	buf = stargz_span_get(sb, map, NULL);
	if (buf == ERR_PTR(-ENOMEM)) {
		struct stargz_decode d = {
			.span = map->span,
			.raw = &map->raw,
			.want = { .out = to, .from = from, .to = from + len },
		};

		stargz_decode_spans(sb, &d, 1, NULL);
		return d.err;
	}
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	memcpy(to, buf->data + from, len);
	stargz_span_put(sb, buf, len);
	return 0;
}

/*
 * Produce @len bytes of the file from @pos on, or fail. Up to @slack bytes
 * behind them may be overwritten.
 */
static int stargz_read_bytes(struct inode *inode, u64 pos, void *to, size_t len,
			     size_t slack)
{
	struct super_block *sb = inode->i_sb;

	while (len) {
		struct stargz_map map;
		u64 skip;
		size_t n;
		int err;

		err = stargz_map(inode, pos, &map);
		if (err)
			return err;
		skip = pos - map.pos;
		n = min_t(u64, len, map.len - skip);
		if (map.span == STARGZ_NO_SPAN) {
			memset(to, 0, n);
		} else {
			err = stargz_read_span(sb, &map, map.offset + skip, to,
					       n, n == len ? slack : 0);
			if (err)
				return err;
			stargz_stat_add(STARGZ_SB(sb),
					STARGZ_STAT_BYTES_DELIVERED, n);
		}
		to += n;
		pos += n;
		len -= n;
	}
	return 0;
}

static int stargz_read_folio(struct file *file, struct folio *folio)
{
	struct inode *inode = folio->mapping->host;
	u64 pos = folio_pos(folio), size = i_size_read(inode);
	unsigned int nofs = memalloc_nofs_save();
	size_t len = 0;
	int err;

	if (pos < size)
		len = min_t(u64, size - pos, folio_size(folio));
	/* No highmem (inode_nohighmem()): a folio is one run of memory. */
	err = stargz_read_bytes(inode, pos, folio_address(folio), len,
				folio_size(folio) - len);
	if (!err)
		folio_zero_segment(folio, len, folio_size(folio));
	flush_dcache_folio(folio);
	memalloc_nofs_restore(nofs);
	trace_stargz_complete(inode, pos, len, err);
	folio_end_read(folio, !err);
	return err;
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
