// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * A member is filled until a chunk does not fit. It is cut at the possible
 * place with the lowest hash between its minimum and maximum size; the bytes
 * after the cut go to the next member. After a difference, two tars soon agree
 * on a cut again, because most of their possible places are the same.
 */
#include <string.h>

#include "layer/pack.h"

struct cut {
	uint64_t at;
	uint32_t hash;
};

int sgz_pack_open(struct sgz_pack *p, const struct sgz_context *ctx,
		  struct sgz_pipeline *pipe, size_t min, size_t max,
		  bool hash)
{
	p->ctx = ctx;
	p->pipe = pipe;
	p->min = min;
	p->max = max;
	p->job = sgz_pipeline_get(pipe);
	if (!p->job)
		return -EIO;
	return hash ? sgz_sha256_open(&p->sha, ctx) : 0;
}

int sgz_pack_mark(struct sgz_pack *p, uint32_t hash)
{
	struct cut *cut = sgz_vec_add(&p->cuts, 1, sizeof(*cut));

	if (!cut)
		return sgz_nomem(p->ctx);
	cut->at = sgz_pack_pos(p);
	cut->hash = hash;
	return 0;
}

/* Move the records from position @at on from the job to @p->carry. */
static int carry_records(struct sgz_pack *p, uint64_t at)
{
	struct sgz_vec *from = &p->job->records;
	const struct sgz_toc_item *r = from->data;
	size_t stay = from->count;
	struct sgz_toc_item *to;

	while (stay && r[stay - 1].at >= at)
		stay--;
	p->carry.count = 0;
	if (stay == from->count)
		return 0;
	to = sgz_vec_add(&p->carry, from->count - stay, sizeof(*to));
	if (!to)
		return sgz_nomem(p->ctx);
	memcpy(to, r + stay, (from->count - stay) * sizeof(*to));
	from->count = stay;
	return 0;
}

static void forget_cuts(struct sgz_pack *p, uint64_t at)
{
	struct cut *cut = p->cuts.data;
	size_t gone = 0;

	while (gone < p->cuts.count && cut[gone].at <= at)
		gone++;
	p->cuts.count -= gone;
	if (p->cuts.count)
		memmove(cut, cut + gone, p->cuts.count * sizeof(*cut));
}

/* End the member at @at; the bytes after that start the next one. */
static int cut_at(struct sgz_pack *p, uint64_t at)
{
	struct sgz_job *job = p->job;
	size_t len = at - p->job->start, rest = job->len - len;
	void *records;
	int ret;

	ret = carry_records(p, at);
	if (ret)
		return ret;
	job->len = len;
	if (p->sha.md)
		sgz_sha256_add(&p->sha, job->bytes, len);
	sgz_pipeline_put(p->pipe);
	p->job = sgz_pipeline_get(p->pipe);
	if (!p->job)
		return -EIO;
	p->job->start = at;
	p->job->len = rest;
	memcpy(p->job->bytes, job->bytes + len, rest);
	if (p->carry.count) {
		records = sgz_vec_add(&p->job->records, p->carry.count,
				      sizeof(struct sgz_toc_item));
		if (!records)
			return sgz_nomem(p->ctx);
		memcpy(records, p->carry.data,
		       p->carry.count * sizeof(struct sgz_toc_item));
	}
	p->carry.count = 0;
	forget_cuts(p, at);
	return 0;
}

int sgz_pack_cut(struct sgz_pack *p)
{
	return p->job->len ? cut_at(p, sgz_pack_pos(p)) : 0;
}

int sgz_pack_end(struct sgz_pack *p)
{
	int ret = sgz_pack_cut(p);

	return ret ? ret : sgz_pipeline_end(p->pipe);
}

/* Choose the end of a full member. */
static uint64_t choose(const struct sgz_pack *p)
{
	const struct cut *cut = p->cuts.data, *best = NULL;

	for (size_t i = 0; i < p->cuts.count; i++, cut++) {
		if (cut->at == p->job->start)
			continue;
		if (!best || best->at < p->job->start + p->min ||
		    cut->hash < best->hash)
			best = cut;
	}
	return best ? best->at : sgz_pack_pos(p);
}

char *sgz_pack_room(struct sgz_pack *p, size_t len)
{
	while (p->job->len && len > p->max - p->job->len)
		if (cut_at(p, choose(p)))
			return NULL;
	return p->job->bytes + p->job->len;
}

void sgz_pack_added(struct sgz_pack *p, size_t len)
{
	p->job->len += len;
}

int sgz_pack_add(struct sgz_pack *p, const void *bytes, size_t len)
{
	const char *from = bytes;

	while (len) {
		size_t n = len < p->max ? len : p->max;
		char *to = sgz_pack_room(p, n);

		if (!to)
			return -EIO;
		memcpy(to, from, n);
		sgz_pack_added(p, n);
		from += n;
		len -= n;
	}
	return 0;
}

struct sgz_toc_item *sgz_pack_record(struct sgz_pack *p)
{
	struct sgz_toc_item *r = sgz_vec_add(&p->job->records, 1, sizeof(*r));

	if (r) {
		r->at = sgz_pack_pos(p);
		p->records++;
	} else {
		sgz_nomem(p->ctx);
	}
	return r;
}

void sgz_pack_close(struct sgz_pack *p)
{
	sgz_records_free(&p->carry);
	sgz_vec_free(&p->cuts);
	if (p->sha.md)
		sgz_sha256_close(&p->sha);
}
