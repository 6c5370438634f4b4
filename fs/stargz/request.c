// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - filling a readahead window: its folios and its jobs.
 *
 * A request holds the folios of a window and the number of missing bytes of
 * each. Its jobs run on all CPUs and together cover the window. Each job fills
 * its part of each folio. The job that delivers the last missing byte of a
 * folio unlocks it. Extents need not start or end at page boundaries, and a
 * large folio may span many extents. A folio becomes uptodate only when all its
 * bytes were produced. Bytes after the end of the file are zeroed.
 *
 * A span of which a job wants every byte is decoded straight into the folios if
 * their memory is contiguous or can be mapped contiguously. Otherwise it goes
 * through the span cache, see cache.c. stored.c reads the wanted bytes of
 * stored spans into the folios.
 *
 * Locking: folios arrive locked, and stargz never locks another folio of its
 * files. A locked folio pins its inode; a job accesses the inode only while it
 * has a locked folio. Jobs wait for I/O, for a stream, for room in the span
 * cache and for spans that are being decoded. The tasks that they wait for
 * never wait for a job or a folio.
 */
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "internal.h"
#include "trace.h"

/* Maximum number of extents that a job fills. */
#define STARGZ_JOB_MAPS		4096

/* Maximum number of spans that a job decodes at once. */
#define STARGZ_JOB_SPANS	4

/*
 * From this size on, mapping the folios contiguously is cheaper than copying.
 * Never map if page tables are emulated by system calls (UML).
 */
#define STARGZ_MAP_SIZE		(IS_ENABLED(CONFIG_UML) ? U32_MAX : SZ_64K)

/**
 * stargz_request_put() - drop a reference
 * @req: the request
 */
void stargz_request_put(struct stargz_request *req)
{
	if (refcount_dec_and_test(&req->refs))
		kvfree(req);
}

/* Folios */

/* All bytes of a folio were produced, or some cannot be produced. */
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

/**
 * stargz_request_alloc() - take over the folios of a readahead window
 * @rac: the window; its folios stay locked until the request completes them
 *
 * Return: the request with one reference, for stargz_request_put(); or NULL if
 * memory is short, then @rac still owns the folios.
 */
struct stargz_request *
stargz_request_alloc(struct readahead_control *rac)
{
	struct inode *inode = rac->mapping->host;
	u64 size = i_size_read(inode);
	struct stargz_request *req;
	struct folio *folio;

	req = stargz_alloc(struct_size(req, slots, readahead_count(rac)),
			   __GFP_ACCOUNT);
	if (!req)
		return NULL;
	req->inode = inode;
	refcount_set(&req->refs, 1);
	stargz_budget_init(&req->budget, readahead_length(rac));
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

/*
 * The bytes of job->slot up to @end are complete or failed. Advances job->pos,
 * and job->slot at the end of the slot.
 */
static void stargz_job_advance(struct stargz_job *job, u64 end, int err)
{
	struct stargz_request *req = job->req;
	struct stargz_slot *slot = &req->slots[job->slot];
	int n = end - job->pos;
	bool over = end == slot->end;

	if (err)
		WRITE_ONCE(slot->bad, true);
	/* The job that delivers the last byte sees the marks of all others. */
	if (atomic_sub_and_test(n, &slot->left))
		stargz_slot_end(req, slot);
	job->pos = end;
	if (over)
		job->slot++;
}

/* Fill the next bytes up to @end from @data, or with zeroes if it is NULL. */
static void stargz_job_fill(struct stargz_job *job, u64 end, const void *data)
{
	while (job->pos < end) {
		const struct stargz_slot *slot = &job->req->slots[job->slot];
		u64 stop = min(end, slot->end);
		size_t n = stop - job->pos;
		/* No highmem (stargz_fill_type()): a folio is contiguous. */
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

/* The next bytes up to @end are in place already, or failed. */
static void stargz_job_skip(struct stargz_job *job, u64 end, int err)
{
	while (job->pos < end)
		stargz_job_advance(job, min(end, job->req->slots[job->slot].end),
				   err);
}

/* Decoding straight into folios */

/* Number of pages from @slot up to @end, and whether they are contiguous. */
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

/* Map @nr pages, starting with those of @slot, contiguously. */
static void *stargz_slot_map(const struct stargz_slot *slot, unsigned int nr)
{
	struct page **pages;
	unsigned int i, n = 0;
	void *addr;

	pages = stargz_alloc(nr * sizeof(*pages), __GFP_ACCOUNT);
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
 * @map: extent of the file in the span
 * @pos: first byte of the file that the job wants
 * @end: end of the wanted bytes in the file
 * @buf: buffer in the span cache; NULL to decode straight into the folios
 * @mapped: contiguous mapping of the folios, or NULL
 * @pages: number of mapped pages
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
 * Destination in the folios for a whole span that begins in @slot; NULL if the
 * folios cannot be used.
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

/* Does this job want the whole span, and does the cache not know it? */
static bool stargz_target_whole(const struct stargz_job *job,
				const struct stargz_target *t)
{
	const struct stargz_map *map = &t->map;

	return t->pos == map->pos && t->end - t->pos == map->len &&
	       !map->offset && map->len == le32_to_cpu(map->raw.ulen) &&
	       !stargz_span_known(STARGZ_SB(job->session.sb), map->span);
}

static void stargz_target_progress(struct stargz_decode *d, u32 ready)
{
	stargz_span_progress(d->data, ready);
}

/*
 * Take over the decoding of the span in t->map, of which the job wants the
 * bytes from @pos on, and set up @d. False if another task has the span, it is
 * damaged, or memory is short. The job holds a stream.
 */
static bool stargz_target_begin(const struct stargz_job *job,
				struct stargz_target *t, u64 pos,
				struct stargz_decode *d,
				enum stargz_claim_how how)
{
	const struct stargz_slot *slot = &job->req->slots[job->slot];
	struct stargz_sb_info *sbi = STARGZ_SB(job->session.sb);
	u32 ulen = le32_to_cpu(t->map.raw.ulen);
	u8 *out = NULL;

	t->pos = pos;
	t->end = min(job->end, t->map.pos + t->map.len);
	t->buf = NULL;
	t->mapped = NULL;
	while (slot->end <= pos)
		slot++;
	if (stargz_target_whole(job, t))
		out = stargz_target_direct(t, slot);
	if (!out) {
		t->buf = stargz_span_claim(sbi, t->map.span, ulen, how);
		if (!t->buf)
			return false;
		stargz_stat_add(sbi, STARGZ_STAT_CACHE_MISSES, 1);
		out = t->buf->data;
	}
	*d = (struct stargz_decode) {
		.span = t->map.span,
		.raw = &t->map.raw,
		.want = { .out = out, .to = ulen },
		.progress = t->buf ? stargz_target_progress : NULL,
		.data = t->buf,
	};
	return true;
}

/* Decoding straight into folios has ended with @err. */
static void stargz_target_end_direct(struct stargz_job *job,
				     struct stargz_target *t, int err)
{
	if (t->mapped) {
		flush_kernel_vmap_range(t->mapped, t->pages * PAGE_SIZE);
		vm_unmap_ram(t->mapped, t->pages);
	}
	if (err == -EFSCORRUPTED)
		stargz_mark_set(&STARGZ_SB(job->session.sb)->bad_spans,
				t->map.span);
	stargz_job_skip(job, t->end, err);
}

/* Decoding has ended with @err: copy the wanted bytes to the folios. */
static void stargz_target_end(struct stargz_job *job, struct stargz_target *t,
			      int err)
{
	u64 delivered = err ? 0 : t->end - t->pos;

	stargz_stat_add(STARGZ_SB(job->session.sb),
			STARGZ_STAT_BYTES_DELIVERED, delivered);
	if (!t->buf) {
		stargz_target_end_direct(job, t, err);
		return;
	}
	stargz_span_finish(t->buf, err);
	if (err)
		stargz_job_skip(job, t->end, err);
	else
		stargz_job_fill(job, t->end, t->buf->data + t->map.offset +
				(t->pos - t->map.pos));
	stargz_span_put(t->buf, delivered);
}

/* Reading stored bytes straight into folios */

/*
 * List the memory of the folios from job->pos up to @end in at most @max
 * entries. Returns the number of entries. Sets *@stop to the end of the last
 * one, and *@slack to the part of its folio after the end of the file.
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
		/* Other jobs may be filling bytes before the end of file. */
		if (next == i_size_read(job->req->inode))
			*slack = slot->pos + folio_size(slot->folio) - next;
		pos = next;
	}
	*stop = pos;
	return n;
}

/* Fill the next bytes up to @end, all of them in the stored span of @map. */
static void stargz_job_stored(struct stargz_job *job,
			      const struct stargz_map *map, u64 end)
{
	struct super_block *sb = job->req->inode->i_sb;
	unsigned int max = min(job->req->nr - job->slot, BIO_MAX_VECS);
	struct bio_vec one, *to = stargz_alloc(max * sizeof(*to), 0);
	u64 pos, stop;
	int err = 0;

	while (!err && job->pos < end) {
		size_t slack;
		unsigned int nr = stargz_job_list(job, end, to ? to : &one,
						  to ? max : 1, &stop, &slack);

		pos = job->pos;
		err = stargz_stored_read(&job->session, map,
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
 * Read the compressed bytes of all spans of the job when the first one is
 * decoded. If that fails, each span is read on its own.
 */
static void stargz_job_fetch(struct stargz_job *job)
{
	struct stargz_sb_info *sbi = STARGZ_SB(job->session.sb);

	if (!job->clen)
		return;
	if (!stargz_fetch(&job->session.have, &sbi->blobs[job->blob],
			  job->start, job->clen))
		stargz_stat_add(sbi, STARGZ_STAT_BYTES_FETCHED, job->clen);
	job->clen = 0;
}

/* Copy the wanted bytes of a span from the cache, waiting if necessary. */
static int stargz_job_cached(struct stargz_job *job,
			     const struct stargz_map *map)
{
	u64 pos = job->pos, end = min(job->end, map->pos + map->len);
	u32 from = map->offset + (pos - map->pos);
	struct stargz_span_buf *buf = stargz_span_get(&job->session, map,
						      from + (end - pos));

	if (IS_ERR(buf))
		return PTR_ERR(buf);
	stargz_stat_add(STARGZ_SB(job->session.sb),
			STARGZ_STAT_BYTES_DELIVERED, end - pos);
	stargz_job_fill(job, end, buf->data + from);
	stargz_span_put(buf, end - pos);
	return 0;
}

/* Also take over the span after those of @t, unless another task has it. */
static bool stargz_job_another(const struct stargz_job *job,
			       struct stargz_target *t, unsigned int nr,
			       struct stargz_decode *d)
{
	u64 pos = t[nr - 1].end;
	struct stargz_map *map = &t[nr].map;
	unsigned int i;

	if (pos == job->end || stargz_map(job->req->inode, pos, map) ||
	    map->kind != STARGZ_MAP_ENCODED)
		return false;
	/* The cache does not know spans that go straight into folios. */
	for (i = 0; i < nr; i++)
		if (t[i].map.span == map->span)
			return false;
	return stargz_target_begin(job, &t[nr], pos, &d[nr],
				   STARGZ_CLAIM_TRY);
}

/* Decode the span of t[0].map together with some of the following spans. */
static int stargz_job_decode(struct stargz_job *job, struct stargz_target *t)
{
	struct stargz_decode d[STARGZ_JOB_SPANS];
	unsigned int i, nr = 1;
	int err;

	err = stargz_session_start(&job->session);
	if (err)
		return err;
	stargz_job_fetch(job);
	if (!stargz_target_begin(job, &t[0], job->pos, &d[0],
				 STARGZ_CLAIM_WAIT))
		return stargz_job_cached(job, &t[0].map);
	while (nr < STARGZ_JOB_SPANS && stargz_job_another(job, t, nr, d))
		nr++;
	stargz_decode_spans(&job->session, d, nr);
	for (i = 0; i < nr; i++) {
		stargz_target_end(job, &t[i], d[i].err);
		if (d[i].err)
			err = d[i].err;
	}
	return err;
}

/* Does the job end within the span, so that it need not wait for the rest? */
static bool stargz_job_part(const struct stargz_job *job,
			    const struct stargz_map *map)
{
	u64 end = min(job->end, map->pos + map->len);

	return end == job->end &&
	       stargz_span_part(map->offset + (end - map->pos),
				le32_to_cpu(map->raw.ulen));
}

/* Produce the next bytes of the job. */
static int stargz_job_run(struct stargz_job *job)
{
	struct stargz_target t[STARGZ_JOB_SPANS];
	struct stargz_map *map = &t[0].map;
	u64 end;
	int err;

	err = stargz_map(job->req->inode, job->pos, map);
	if (err)
		return err;
	end = min(job->end, map->pos + map->len);
	switch (map->kind) {
	case STARGZ_MAP_HOLE:
		stargz_job_fill(job, end, NULL);
		return 0;
	case STARGZ_MAP_STORED:
		stargz_job_stored(job, map, end);
		return 0;
	default:
		if (stargz_span_known(STARGZ_SB(job->session.sb), map->span) ||
		    stargz_job_part(job, map))
			return stargz_job_cached(job, map);
		return stargz_job_decode(job, t);
	}
}

/**
 * stargz_job_execute() - fill the folios of a job
 * @job: the job, with a reference to its request, which is dropped
 *
 * Completes all folios of the job, also after an error. Sleeps.
 */
void stargz_job_execute(struct stargz_job *job)
{
	unsigned int noio = memalloc_noio_save();
	unsigned int maps = 0;

	job->session = (struct stargz_session) {
		.sb = job->req->inode->i_sb,
		.budget = &job->req->budget,
	};
	while (job->pos < job->end) {
		int err = -EINTR;

		/* Limit the work on many short extents. */
		if (maps++ == STARGZ_JOB_MAPS)
			err = -E2BIG;
		else if (!stargz_unwanted(job->session.sb))
			err = stargz_job_run(job);
		/* read_folio() retries the wanted folio and reports errors. */
		if (err)
			stargz_job_skip(job, job->end, err);
		/* An extent may be a single byte. */
		cond_resched();
	}
	stargz_session_end(&job->session);
	memalloc_noio_restore(noio);
	stargz_request_put(job->req);
}

/**
 * stargz_job_run_task() - run a job in a worker; implements stargz_task.run
 * @task: the task of a job, which is freed
 * @drop: never set, because folios are locked and a reader may wait for them
 */
void stargz_job_run_task(struct stargz_task *task, bool drop)
{
	struct stargz_job *job = container_of(task, struct stargz_job, task);

	stargz_job_execute(job);
	kfree(job);
}
