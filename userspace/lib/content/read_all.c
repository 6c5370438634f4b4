// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * The threads that decode spans and read files. They share only the plan, from
 * which each takes the next job, and the list of faults.
 */
#include <stdlib.h>

#include "content/file.h"
#include "content/read_all.h"
#include "index/records.h"

#define STEP	STARGZ_DIGEST_SIZE

struct worker {
	struct sgz_plan *plan;
	struct stargz_error err;
	struct sgz_context ctx;
	struct sgz_spanread *reader;
	struct sgz_sha256 sha[3];	/* two lanes, and ranges of a span */
	bool broken[2];
	bool leads;
	bool running;
	pthread_t thread;
	uint8_t buf[STEP];
};

static const struct sgz_content *content_of(const struct worker *w)
{
	return w->plan->content;
}

/* A file with the bytes of a span that failed. */
static uint32_t owner_of(struct worker *w, uint32_t nr)
{
	struct sgz_plan *plan = w->plan;
	uint32_t ino = 0;

	if (w->reader->bad_len)
		ino = sgz_places_find(&plan->places, nr, w->reader->bad_pos,
				      w->reader->bad_len);
	return ino ? ino : ((const uint32_t *)plan->owner.data)[nr];
}

/* Report a span that could not be decoded, with a file that needs it. */
static void blame(struct worker *w, uint32_t nr, int code)
{
	uint32_t ino = sgz_faults_full(content_of(w)->faults) ? 0 :
		       owner_of(w, nr);

	if (ino)
		sgz_faults_add(content_of(w)->faults, nr, code, "%s: %s",
			       sgz_inodepath_quoted(content_of(w)->names,
						    ino).text, w->err.text);
	else
		sgz_faults_add(content_of(w)->faults, nr, code, "%s",
			       w->err.text);
}

static void settle(struct worker *w, struct sgz_range *range,
		   struct sgz_sha256 *sha, uint64_t order)
{
	uint8_t have[STARGZ_SHA256_LEN];
	struct sgz_quoted path = { "" };

	range->state = SGZ_RANGE_READ;
	sgz_sha256_get(sha, have);
	if (!range->compare)
		memcpy(range->sha256, have, sizeof(have));
	if (!memcmp(range->sha256, have, sizeof(have)))
		return;
	if (!sgz_faults_full(content_of(w)->faults))
		path = sgz_inodepath_quoted(content_of(w)->names, range->ino);
	sgz_faults_add(content_of(w)->faults, order, -EBADMSG,
		       "%s: bytes %llu to %llu do not have the digest in the TOC",
		       path.text, (unsigned long long)range->pos,
		       (unsigned long long)(range->pos + range->len));
}

/* Number of the first range in a span; the others follow. */
static size_t first_range(const struct worker *w, uint32_t nr)
{
	size_t low = 0, high = w->plan->within;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		struct sgz_range *range = sgz_plan_range(w->plan, mid);
		struct sgz_run run;

		sgz_file_run(content_of(w)->index, range->ino, range->pos,
			     &run);
		if (run.span < nr)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Handle the ranges of a decoded span, or of a damaged one without @data. */
static void look_at_ranges(struct worker *w, uint32_t nr, const uint8_t *data)
{
	for (size_t i = first_range(w, nr); i < w->plan->within; i++) {
		struct sgz_range *range = sgz_plan_range(w->plan, i);
		struct sgz_run run;

		sgz_file_run(content_of(w)->index, range->ino, range->pos,
			     &run);
		if (run.span != nr)
			break;
		range->state = SGZ_RANGE_BROKEN;
		if (!data)
			continue;
		sgz_sha256_add(&w->sha[2], data + run.offset, range->len);
		settle(w, range, &w->sha[2], nr);
	}
}

/* Store the digests of a decoded span. No other thread has the span. */
static void store_digests(struct worker *w, uint32_t nr, const uint8_t *data)
{
	const struct sgz_index *index = content_of(w)->index;
	struct stargz_digest *to = sgz_span_sha256(index, nr);
	uint32_t left = le32toh(sgz_span(index, nr)->ulen);

	for (; left; to++) {
		uint32_t n = left < STARGZ_DIGEST_SIZE ? left :
							 STARGZ_DIGEST_SIZE;

		sgz_sha256_add(&w->sha[2], data, n);
		sgz_sha256_get(&w->sha[2], to->sha256);
		data += n;
		left -= n;
	}
}

static bool wants_digests(const struct worker *w, uint32_t nr)
{
	return content_of(w)->undigested && content_of(w)->undigested[nr];
}

static bool claim(struct worker *w, uint32_t nr)
{
	return !atomic_exchange(&w->plan->claimed[nr], 1);
}

/* Called once for each span, by the worker that claimed it. */
static void conclude(struct worker *w, uint32_t nr, int ret,
		     const uint8_t *data)
{
	const struct stargz_span *span = sgz_span(content_of(w)->index, nr);

	atomic_fetch_add(&w->plan->done, le32toh(span->clen));
	if (ret)
		blame(w, nr, ret);
	else if (wants_digests(w, nr))
		store_digests(w, nr, data);
	look_at_ranges(w, nr, ret ? NULL : data);
	if (w->leads)
		sgz_progress(content_of(w)->ctx, w->plan->done,
			     w->plan->total);
}

static bool at_hand(const struct worker *w, uint32_t nr)
{
	const struct sgz_content *c = content_of(w);

	return c->blobs[le16toh(sgz_span(c->index, nr)->blob)].fd >= 0;
}

/* Verify a stored span. Each damaged part is a fault of its own. */
static int read_stored(struct worker *w, uint32_t nr)
{
	uint64_t end = le32toh(sgz_span(content_of(w)->index, nr)->ulen);
	int ret = 0;

	if (!sgz_spanread_checks(w->reader, nr))
		return 0;
	for (uint64_t pos = 0; pos < end; pos += STEP) {
		ret = sgz_spanread_part(w->reader, nr, pos,
					end - pos < STEP ? end - pos : STEP);
		if (ret && !w->reader->bad_len)
			return ret;
		if (ret)
			blame(w, nr, ret);
	}
	return 0;
}

/* Decode a span, unless a reader of a file has claimed it. */
static void read_span(struct worker *w, uint32_t nr)
{
	const uint8_t *data = NULL;
	int ret;

	if (!at_hand(w, nr) || !claim(w, nr))
		return;
	if (sgz_span(content_of(w)->index, nr)->codec == STARGZ_CODEC_STORED)
		ret = read_stored(w, nr);
	else
		ret = sgz_spanread_whole(w->reader, nr, &data);
	conclude(w, nr, ret, data);
}

static struct sgz_range *lane_range(const struct worker *w,
				    const struct sgz_lane *lane)
{
	return lane->first < lane->end ? sgz_plan_range(w->plan, lane->first) :
					 NULL;
}

static void end_range(struct worker *w, struct sgz_lane *lane, int k)
{
	struct sgz_range *range = lane_range(w, lane);

	if (w->broken[k]) {
		uint8_t unused[STARGZ_SHA256_LEN];

		range->state = SGZ_RANGE_BROKEN;
		sgz_sha256_get(&w->sha[k], unused);
	} else {
		settle(w, range, &w->sha[k], range->ino);
	}
	w->broken[k] = false;
	lane->first++;
}

/* Pass bytes of a file to a lane; @data is NULL if they could not be read. */
static void feed_lane(struct worker *w, struct sgz_lane *lane, int k,
		      uint64_t pos, const uint8_t *data, uint64_t len)
{
	struct sgz_range *range;

	while ((range = lane_range(w, lane)) && range->pos < pos + len) {
		uint64_t from = range->pos > pos ? range->pos : pos;
		uint64_t end = range->pos + range->len, to = end;

		if (to > pos + len)
			to = pos + len;
		if (data)
			sgz_sha256_add(&w->sha[k], data + (from - pos),
				       to - from);
		else
			w->broken[k] = true;
		if (end > to)
			break;
		end_range(w, lane, k);
	}
}

/* Read a run of a file, or a part: may shorten it. NULL on failure. */
static const uint8_t *read_piece(struct worker *w, struct sgz_run *run)
{
	static const uint8_t zeroes[STEP];
	const struct stargz_span *span;
	const uint8_t *data = NULL;
	uint64_t n = run->len < STEP ? run->len : STEP;
	int ret;

	if (run->span == STARGZ_NO_SPAN) {
		run->len = n;
		return zeroes;
	}
	if (!at_hand(w, run->span))
		return NULL;
	span = sgz_span(content_of(w)->index, run->span);
	if (span->codec == STARGZ_CODEC_STORED) {
		run->len = n;
		ret = sgz_spanread_bytes(w->reader, run->span, run->offset,
					 w->buf, n);
		if (ret)
			blame(w, run->span, ret);
		return ret ? NULL : w->buf;
	}
	ret = sgz_spanread_whole(w->reader, run->span, &data);
	if (claim(w, run->span))
		conclude(w, run->span, ret, data);
	return ret ? NULL : data + run->offset;
}

/* Advance @pos to the next byte that a range needs. */
static bool next_pos(struct worker *w, struct sgz_file_job *job, uint64_t *pos)
{
	uint64_t next = UINT64_MAX;

	for (int k = 0; k < 2; k++) {
		struct sgz_range *range;

		while ((range = lane_range(w, &job->lanes[k])) && !range->len)
			end_range(w, &job->lanes[k], k);
		if (range && range->pos < next)
			next = range->pos;
	}
	if (next != UINT64_MAX && next > *pos)
		*pos = next;
	return next != UINT64_MAX;
}

static void read_file(struct worker *w, struct sgz_file_job *job)
{
	uint32_t ino = lane_range(w, &job->lanes[0])->ino;
	uint64_t pos = 0;

	while (next_pos(w, job, &pos)) {
		struct sgz_run run;
		const uint8_t *data;

		sgz_file_run(content_of(w)->index, ino, pos, &run);
		data = read_piece(w, &run);
		for (int k = 0; k < 2; k++)
			feed_lane(w, &job->lanes[k], k, pos, data, run.len);
		pos += run.len;
	}
}

/* Are there ranges within the span? */
static bool has_ranges(const struct worker *w, uint32_t nr)
{
	size_t i = first_range(w, nr);
	const struct sgz_range *range;
	struct sgz_run run;

	if (i == w->plan->within)
		return false;
	range = sgz_plan_range(w->plan, i);
	sgz_file_run(content_of(w)->index, range->ino, range->pos, &run);
	return run.span == nr;
}

static void *work(void *data)
{
	struct worker *w = data;
	struct sgz_plan *plan = w->plan;
	size_t spans = content_of(w)->index->table[STARGZ_TABLE_SPANS].count;
	size_t i;

	while ((i = atomic_fetch_add(&plan->next_file, 1)) < plan->files.count)
		read_file(w, (struct sgz_file_job *)plan->files.data + i);
	while ((i = atomic_fetch_add(&plan->next_span, 1)) < spans)
		if (content_of(w)->all || has_ranges(w, i) ||
		    wants_digests(w, i))
			read_span(w, i);
	return NULL;
}

static int open_worker(struct worker *w, struct sgz_plan *plan)
{
	int ret = 0;

	w->plan = plan;
	w->ctx = sgz_context_inner(plan->content->ctx, &w->err);
	w->reader = sgz_spanread_open(&w->ctx, plan->content->index,
				      plan->content->blobs);
	if (!w->reader)
		return sgz_nomem(plan->content->ctx);
	w->reader->limit = 0;
	for (int i = 0; !ret && i < 3; i++)
		ret = sgz_sha256_open(&w->sha[i], plan->content->ctx);
	return ret;
}

static void close_worker(struct worker *w)
{
	for (int i = 0; i < 3; i++)
		if (w->sha[i].md)
			sgz_sha256_close(&w->sha[i]);
	sgz_spanread_close(w->reader);
}

/* The caller works, too. If a thread cannot start, the others do its work. */
static void run(struct worker *w, unsigned int count)
{
	w[0].leads = true;
	for (unsigned int i = 1; i < count; i++)
		w[i].running = !pthread_create(&w[i].thread, NULL, work,
					       &w[i]);
	work(&w[0]);
	for (unsigned int i = 1; i < count; i++)
		if (w[i].running)
			pthread_join(w[i].thread, NULL);
}

static unsigned int thread_count(const struct sgz_content *content)
{
	uint64_t most = SGZ_CONTENT_MEMORY /
			(le32toh(content->index->sb.max_span) | 1);

	return content->threads < most ? content->threads : most;
}

int sgz_content_read(struct sgz_content *content)
{
	unsigned int count = thread_count(content);
	struct sgz_plan plan = { .places.lock = PTHREAD_MUTEX_INITIALIZER };
	struct worker *w = calloc(count, sizeof(*w));
	int ret;

	ret = w ? sgz_plan_make(&plan, content) : sgz_nomem(content->ctx);
	for (unsigned int i = 0; !ret && i < count; i++)
		ret = open_worker(&w[i], &plan);
	if (!ret)
		run(w, count);
	for (unsigned int i = 0; w && i < count; i++)
		close_worker(&w[i]);
	sgz_plan_free(&plan);
	free(w);
	return ret;
}
