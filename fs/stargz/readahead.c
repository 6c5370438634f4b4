// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - planning a readahead window.
 *
 * Readahead expands its window to whole spans, turns it into a request, and
 * splits the request at extent boundaries into jobs for all CPUs, see
 * request.c.
 *
 * Locking: folios arrive locked. Planning reads the index, so it may wait for
 * folios of the index, and for nothing else.
 */
#include <linux/backing-dev.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "internal.h"
#include "trace.h"

/*
 * Maximum size of a window after expanding it to whole spans. A span is decoded
 * as a whole in any case.
 */
#define STARGZ_EXPAND_MAX	SZ_8M

/*
 * Factor and maximum for the window of a sequential reader. Its size keeps all
 * CPUs busy until the reader requests more.
 */
#define STARGZ_SEQUENTIAL		16
#define STARGZ_SEQUENTIAL_MAX	SZ_4M

/*
 * A window that begins no farther than this after the end of the last read()
 * counts as sequential. mm may be ahead of the reader by several windows.
 */
#define STARGZ_SEQUENTIAL_NEAR	SZ_2M

/* Minimum size of a job, so that small spans share one read. */
#define STARGZ_JOB_SIZE		SZ_256K

/* Maximum size of a single job that the reader runs itself. */
#define STARGZ_JOB_ALONE	SZ_512K

/* Maximum number of compressed bytes to read at once for a job. */
#define STARGZ_JOB_FETCH	SZ_1M

/* Maximum number of extents to examine for one window. */
#define STARGZ_PLAN_MAPS	4096

/**
 * struct stargz_plan - state of splitting a window
 * @job: job that is being built
 * @spans: number of compressed spans of @job
 * @fetched: number of those that must be read
 * @stored: @job has stored bytes
 * @scattered: the compressed bytes of @job are not contiguous
 * @jobs: number of dispatched jobs
 * @first: first span of @job
 * @last: last span of @job
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

/* Dispatch the job to a worker, or run it here if that is faster. */
static void stargz_plan_dispatch(struct stargz_plan *plan, bool last)
{
	struct stargz_job *job = &plan->job, *queued = NULL;
	struct stargz_request *req = job->req;
	struct inode *inode = req->inode;
	bool alone = last && !plan->jobs;

	/* Before the job runs and checks what is being decoded ahead. */
	if (plan->spans)
		stargz_prefetch(inode->i_sb, plan->first, plan->last,
				job->end == i_size_read(inode));
	if (plan->scattered || plan->fetched < 2)
		job->clen = 0;
	refcount_inc(&req->refs);
	if ((plan->spans || plan->stored) &&
	    !(alone && job->end - job->pos <= STARGZ_JOB_ALONE))
		queued = kmemdup(job, sizeof(*job),
				 STARGZ_GFP | __GFP_NORETRY);
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
	queued->task.run = stargz_job_run_task;
	stargz_engine_queue(STARGZ_SB(inode->i_sb), &queued->task,
			    STARGZ_DEMAND);
}

/* Extend the job by the extent @map. */
static void stargz_plan_add(struct stargz_plan *plan,
			    const struct stargz_map *map)
{
	struct stargz_job *job = &plan->job;
	u64 start = le64_to_cpu(map->raw.start);
	u64 end = start + le32_to_cpu(map->raw.clen);
	u16 blob = le16_to_cpu(map->raw.blob);

	trace_stargz_plan(job->req->inode, map->pos, map->len, map->span,
			  map->offset);
	if (map->kind == STARGZ_MAP_STORED) {
		plan->stored = true;
		return;
	}
	plan->last = map->span;
	if (!plan->spans++)
		plan->first = map->span;
	/* The previous window may have had a part of the span. */
	if (stargz_span_known(STARGZ_SB(job->req->inode->i_sb), map->span))
		return;
	if (!plan->fetched++) {
		job->blob = blob;
		job->start = start;
		job->clen = end - start;
		plan->scattered = job->clen > STARGZ_JOB_FETCH;
	} else if (blob != job->blob || start < job->start ||
		   start > job->start + job->clen ||
		   end - job->start > STARGZ_JOB_FETCH) {
		plan->scattered = true;
	} else {
		job->clen = max(job->clen, end - job->start);
	}
}

/* Begin the next job at the end of the last one. */
static void stargz_plan_next(struct stargz_plan *plan)
{
	struct stargz_job *job = &plan->job;
	const struct stargz_request *req = job->req;

	job->pos = job->end;
	while (req->slots[job->slot].end <= job->pos)
		job->slot++;
}

/* Split a window into jobs and dispatch them. */
static void stargz_plan_run(struct stargz_plan *plan)
{
	struct stargz_job *job = &plan->job;
	struct inode *inode = job->req->inode;
	u64 end = job->req->slots[job->req->nr - 1].end;
	unsigned int maps = 0;
	struct stargz_map map;

	while (job->end < end) {
		/*
		 * An extent that cannot be mapped now fails again when the job
		 * runs. Do not plan an excessive number of short extents.
		 */
		if (maps++ == STARGZ_PLAN_MAPS ||
		    stargz_map(inode, job->end, &map)) {
			job->end = end;
			break;
		}
		if (fatal_signal_pending(current)) {
			job->end = end;
			break;
		}
		cond_resched();
		if (map.kind != STARGZ_MAP_HOLE)
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
 * Enlarge the windows of a sequential reader, which consumes a window of
 * default size faster than the next one is filled. This has the effect of
 * POSIX_FADV_SEQUENTIAL for this open file only. If all windows of the mount
 * grew, every page fault at a random place of a mapped file would read a window
 * of that size.
 */
static void stargz_grow_window(struct readahead_control *rac)
{
	const struct super_block *sb = rac->mapping->host->i_sb;
	unsigned int most = min_t(unsigned long, STARGZ_SEQUENTIAL_MAX / PAGE_SIZE,
				  STARGZ_SEQUENTIAL * sb->s_bdi->ra_pages);
	struct file_ra_state *ra = rac->ra;
	u64 len;

	/* The window has nearly full size; its end may have been aligned. */
	if (!ra || ra->ra_pages >= most || ra->async_size != ra->size ||
	    ra->size <= ra->ra_pages / 2)
		return;
	/* read() was in the previous window; page faults leave no trace. */
	len = (u64)ra->ra_pages * PAGE_SIZE;
	if (ra->prev_pos >= (loff_t)len / 2 &&
	    readahead_pos(rac) - ra->prev_pos <=
	    max_t(u64, 2 * len, STARGZ_SEQUENTIAL_NEAR))
		ra->ra_pages = most;
}

/*
 * Is the window a single read at a random place? Such a read leaves the
 * readahead state of the file as it is.
 */
static bool stargz_standalone(struct readahead_control *rac)
{
	const struct file_ra_state *ra = rac->ra;

	return !ra || readahead_index(rac) < ra->start ||
	       readahead_index(rac) - ra->start >= ra->size;
}

/*
 * Should the reader get the bytes from @start to @end, all of them in the span
 * of @map, before the rest of the span is decoded? Yes for a single read at a
 * random place, and for the first read of a file, after which often nothing or
 * another place is read. A sequential reader gets the next windows from the span
 * cache.
 */
static bool stargz_expand_part(struct readahead_control *rac,
			       const struct stargz_map *map, u64 start, u64 end)
{
	struct stargz_sb_info *sbi = STARGZ_SB(rac->mapping->host->i_sb);

	if (map->kind != STARGZ_MAP_ENCODED || end > map->pos + map->len ||
	    !stargz_span_part(map->offset + (end - map->pos),
			      le32_to_cpu(map->raw.ulen)))
		return false;
	return stargz_standalone(rac) ||
	       (!start && !stargz_span_known(sbi, map->span));
}

/*
 * Expand the window to the spans that it touches, up to a limit. Stored spans
 * need no expansion, because their cost is proportional to the bytes read.
 * Leave out a page that a span shares with its neighbour, unless it was
 * requested: it would require decoding the neighbour as well.
 */
static void stargz_expand(struct readahead_control *rac)
{
	struct inode *inode = rac->mapping->host;
	u64 start = readahead_pos(rac), end = start + readahead_length(rac);
	u64 size = i_size_read(inode);
	struct stargz_map map;
	unsigned int noio;

	if ((!start && end >= size) || stargz_map(inode, start, &map))
		return;
	if (stargz_expand_part(rac, &map, start, min(end, size)))
		return;
	if (map.kind != STARGZ_MAP_STORED)
		start = min(start, round_up(map.pos, PAGE_SIZE));
	end = min(end, size);
	if (end > map.pos + map.len && stargz_map(inode, end - 1, &map))
		return;
	if (map.kind != STARGZ_MAP_STORED) {
		u64 stop = map.pos + map.len;

		end = max(end, stop < size ? round_down(stop, PAGE_SIZE) : stop);
	}
	if (end - start > STARGZ_EXPAND_MAX)
		return;
	/* The folios of the window are locked, see owner.c. */
	noio = memalloc_noio_save();
	/* Expanding stops at a cached page, usually at the front. */
	readahead_expand(rac, readahead_pos(rac), end - readahead_pos(rac));
	readahead_expand(rac, start, end - start);
	memalloc_noio_restore(noio);
}

/**
 * stargz_readahead() - fill a window, as address_space_operations.readahead
 * @rac: the window
 */
void stargz_readahead(struct readahead_control *rac)
{
	struct stargz_plan plan = {};
	struct stargz_request *req;

	if (readahead_pos(rac) >= i_size_read(rac->mapping->host))
		return;
	stargz_expand(rac);
	stargz_grow_window(rac);
	/* On failure read_folio() is called for each folio that is needed. */
	req = stargz_request_alloc(rac);
	if (!req)
		return;
	plan.job.req = req;
	plan.job.pos = req->slots[0].pos;
	plan.job.end = plan.job.pos;
	stargz_plan_run(&plan);
	stargz_request_put(req);
}
