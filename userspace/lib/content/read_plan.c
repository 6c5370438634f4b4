// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Distributing the work. A range within one span is handled when the span is
 * decoded. A file with a range across spans is read from start to end. The
 * thread that reads it decodes its spans and handles their ranges.
 *
 * If files do not overlap, a span is decoded at most three times: as a whole,
 * and for a file that ends and one that starts in it. Files that share content,
 * and holes, can cause much more work than that. So the work is limited in
 * advance.
 */
#include <stdlib.h>
#include <sys/stat.h>

#include "content/file.h"
#include "content/read_all.h"
#include "index/records.h"
#include "tar/header.h"

/* The compressed span that holds all of a range, or STARGZ_NO_SPAN. */
static uint32_t span_of(const struct sgz_index *index,
			const struct sgz_range *range)
{
	struct sgz_run run;

	if (!range->len)
		return STARGZ_NO_SPAN;
	sgz_file_run(index, range->ino, range->pos, &run);
	if (run.span == STARGZ_NO_SPAN || run.len < range->len ||
	    sgz_span(index, run.span)->codec == STARGZ_CODEC_STORED)
		return STARGZ_NO_SPAN;
	return run.span;
}

/* By span; then, with STARGZ_NO_SPAN as the greatest number, by file. */
static int compare_ranges(const void *left, const void *right, void *index)
{
	const struct sgz_range *a = left, *b = right;
	uint32_t sa = span_of(index, a), sb = span_of(index, b);

	if (sa != sb)
		return sa < sb ? -1 : 1;
	if (a->ino != b->ino)
		return a->ino < b->ino ? -1 : 1;
	if (a->pos != b->pos)
		return a->pos < b->pos ? -1 : 1;
	return (a->len < b->len) - (a->len > b->len);
}

static struct sgz_file_job *add_job(struct sgz_plan *plan, struct sgz_lane a,
				    struct sgz_lane b)
{
	struct sgz_file_job *job = sgz_vec_add(&plan->files, 1, sizeof(*job));

	if (job) {
		job->lanes[0] = a;
		job->lanes[1] = b;
	}
	return job;
}

/* End of the ranges from @first on of one file that do not overlap. */
static uint32_t run_end(const struct sgz_plan *plan, uint32_t first)
{
	const struct sgz_range *r = sgz_plan_range(plan, first);
	uint32_t i = first + 1;

	for (; i < plan->content->ranges.count; i++, r++)
		if (r[1].ino != r->ino || r[1].pos - r->pos < r->len)
			break;
	return i;
}

/*
 * The ranges of a file are sorted by position, of equal ones the longest first:
 * the whole file, then its chunks. Any other combination makes more jobs.
 */
static int make_jobs(struct sgz_plan *plan)
{
	uint32_t i = plan->within, count = plan->content->ranges.count;

	while (i < count) {
		struct sgz_lane a = { i, run_end(plan, i) };
		struct sgz_lane b = { a.end, a.end };

		if (a.end - a.first == 1 && a.end < count &&
		    sgz_plan_range(plan, a.end)->ino ==
		    sgz_plan_range(plan, i)->ino)
			b.end = run_end(plan, b.first);
		if (!add_job(plan, a, b))
			return -ENOMEM;
		i = b.end;
	}
	return 0;
}

static uint64_t job_size(const struct sgz_content *content,
			 const struct sgz_file_job *job)
{
	const struct sgz_range *range = content->ranges.data;

	return le64toh(sgz_inode(content->index,
				 range[job->lanes[0].first].ino)->size);
}

/* Largest first, so that the threads end at about the same time. */
static int compare_jobs(const void *left, const void *right, void *content)
{
	const struct sgz_file_job *a = left, *b = right;
	uint64_t sa = job_size(content, a), sb = job_size(content, b);

	if (sa != sb)
		return sa > sb ? -1 : 1;
	return a->lanes[0].first < b->lanes[0].first ? -1 : 1;
}

static void note_owner(struct sgz_plan *plan, uint32_t ino, uint32_t span)
{
	uint32_t *owner = plan->owner.data;

	if (span != STARGZ_NO_SPAN && !owner[span])
		owner[span] = ino;
}

/* Find a file in each span, for messages. */
static int find_owners(struct sgz_plan *plan)
{
	const struct sgz_index *index = plan->content->index;
	uint64_t inodes = index->table[STARGZ_TABLE_INODES].count;

	if (!sgz_vec_add(&plan->owner,
			 index->table[STARGZ_TABLE_SPANS].count + 1,
			 sizeof(uint32_t)))
		return -ENOMEM;
	for (uint64_t ino = 1; ino <= inodes; ino++) {
		const struct stargz_inode *inode = sgz_inode(index, ino);
		uint32_t a = le32toh(inode->a);

		if (!S_ISREG(le16toh(inode->mode)) || !inode->size)
			continue;
		if (le16toh(inode->flags) & STARGZ_INODE_INLINE) {
			note_owner(plan, ino, a);
			continue;
		}
		for (uint32_t i = 0; i < le32toh(inode->b); i++)
			note_owner(plan, ino,
				   le32toh(sgz_extent(index, a + i)->span));
	}
	return 0;
}

/* The work, in bytes. */
struct cost {
	uint64_t decoded;	/* for files that are read from start to end */
	uint64_t data;		/* content of spans, for digests */
	uint64_t holes;		/* holes, for digests */
};

static void add(uint64_t *sum, uint64_t bytes)
{
	if (__builtin_add_overflow(*sum, bytes, sum))
		*sum = UINT64_MAX;
}

/* Add the work for the ranges of a lane. */
static void add_lane(const struct sgz_plan *plan, const struct sgz_lane *lane,
		     struct cost *cost)
{
	const struct sgz_index *index = plan->content->index;
	uint32_t last = STARGZ_NO_SPAN;

	for (uint32_t i = lane->first; i < lane->end; i++) {
		const struct sgz_range *range = sgz_plan_range(plan, i);
		uint64_t pos = range->pos, end = pos + range->len;
		struct sgz_run run;

		for (; pos < end; pos += run.len) {
			sgz_file_run(index, range->ino, pos, &run);
			if (run.len > end - pos)
				run.len = end - pos;
			if (run.span == STARGZ_NO_SPAN) {
				add(&cost->holes, run.len);
				continue;
			}
			add(&cost->data, run.len);
			if (run.span != last &&
			    sgz_span(index, run.span)->codec != STARGZ_CODEC_STORED)
				add(&cost->decoded,
				    le32toh(sgz_span(index, run.span)->ulen));
			last = run.span;
		}
	}
}

static int too_much(const struct sgz_content *content, const char *what,
		    uint64_t bytes, uint64_t limit)
{
	return sgz_fail(content->ctx, -E2BIG, "%llu bytes of %s; the limit is %llu",
			(unsigned long long)bytes, what,
			(unsigned long long)limit);
}

static int check_cost(const struct sgz_plan *plan)
{
	const struct sgz_content *content = plan->content;
	const struct sgz_index *index = content->index;
	const struct sgz_file_job *job = plan->files.data;
	uint64_t spans = index->table[STARGZ_TABLE_SPANS].count;
	uint64_t most = SGZ_CONTENT_SHARED_MIN, stored = spans;
	struct cost cost = { 0 };

	for (size_t i = 0; i < plan->within; i++)
		add(&cost.data, sgz_plan_range(plan, i)->len);
	for (size_t i = 0; i < plan->files.count; i++)
		for (int k = 0; k < 2; k++)
			add_lane(plan, &job[i].lanes[k], &cost);
	for (uint64_t i = 0; i < spans; i++)
		most += (uint64_t)SGZ_CONTENT_SHARED_MAX *
			le32toh(sgz_span(index, i)->ulen);
	for (uint64_t i = 0; i < index->table[STARGZ_TABLE_BLOBS].count; i++)
		stored += 2 * le64toh(sgz_blob_record(index, i)->used);
	if (plan->total > stored)
		return too_much(content, "compressed data in spans that overlap",
				plan->total, stored);
	if (cost.decoded > most)
		return too_much(content, "spans to be decoded for files that share them",
				cost.decoded, most);
	if (cost.data > most)
		return too_much(content, "content to be read for files that share it",
				cost.data, most);
	if (cost.holes > SGZ_HOLES_MAX)
		return too_much(content, "holes to be read", cost.holes,
				SGZ_HOLES_MAX);
	return 0;
}

int sgz_plan_make(struct sgz_plan *plan, struct sgz_content *content)
{
	const struct sgz_index *index = content->index;
	uint64_t spans = index->table[STARGZ_TABLE_SPANS].count;
	struct sgz_vec *ranges = &content->ranges;

	plan->content = content;
	plan->places.index = index;
	if (ranges->count)
		qsort_r(ranges->data, ranges->count, sizeof(struct sgz_range),
			compare_ranges, (void *)index);
	while (plan->within < ranges->count &&
	       span_of(index, sgz_plan_range(plan, plan->within)) !=
	       STARGZ_NO_SPAN)
		plan->within++;
	plan->claimed = calloc(spans + 1, sizeof(*plan->claimed));
	if (!plan->claimed || make_jobs(plan) || find_owners(plan))
		return sgz_nomem(content->ctx);
	if (plan->files.count)
		qsort_r(plan->files.data, plan->files.count,
			sizeof(struct sgz_file_job), compare_jobs, content);
	for (uint64_t i = 0; i < spans; i++)
		plan->total += le32toh(sgz_span(index, i)->clen);
	return check_cost(plan);
}

void sgz_plan_free(struct sgz_plan *plan)
{
	sgz_vec_free(&plan->files);
	sgz_vec_free(&plan->owner);
	sgz_places_free(&plan->places);
	free(plan->claimed);
}
