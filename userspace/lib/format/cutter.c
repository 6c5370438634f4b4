// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * A read at a random position decodes half a span on average, so long spans are
 * slow, and short ones need more histories. The starts of blocks that come into
 * question differ in the length of their histories by factors. Each is a
 * candidate until the decoder has passed the matches that refer to the bytes
 * before the last of them. Then the best one is chosen, and the bytes after it
 * go to the sums of the next span. With spans of the default size, the choice
 * makes all histories together a third shorter than the first block after each
 * 128 KiB, with spans that are as long on average.
 */
#include <string.h>

#include "format/cutter.h"
#include "record.h"

/*
 * A span of the wanted size is as bad as so many bytes of history. A span that
 * is twice as long is four times as bad: it is twice as slow, and serves twice
 * as many reads.
 */
#define SIZE_COST	1280
/* Bytes of the records of a span and of a history. */
#define RECORD_COST	48
/*
 * The start of a member is better than that of a block which needs no history:
 * readers need no feature for it.
 */
#define BLOCK_COST	64

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

int sgz_cutter_open(struct sgz_cutter *c, const struct sgz_context *ctx,
		    struct sgz_spans *spans, uint32_t size, uint64_t unit)
{
	c->ctx = ctx;
	c->spans = spans;
	c->size = size;
	c->low = size - least(size / 16 * 9, SGZ_CUT_BELOW);
	c->high = (uint64_t)size + SGZ_CUT_ABOVE;
	c->span.unit = unit;
	for (size_t i = 0; i < SGZ_CUT_MAX + 1; i++)
		c->free[c->free_count++] = &c->pool[i];
	return sgz_sums_open(&c->sums, ctx, spans, SGZ_SPAN_CHECKED);
}

static void release(struct sgz_cutter *c, struct sgz_candidate *a)
{
	if (c->marked == a)
		c->marked = NULL;
	c->free[c->free_count++] = a;
}

/* Forget the candidates before a position. */
static void forget(struct sgz_cutter *c, uint64_t at)
{
	size_t n = 0;

	while (n < c->count && c->list[n]->at < at)
		release(c, c->list[n++]);
	c->count -= n;
	memmove(c->list, c->list + n, c->count * sizeof(*c->list));
}

/* Sum the bytes that belong to the current span in any case. */
static int sum(struct sgz_cutter *c, const uint8_t *end, uint64_t until)
{
	const uint8_t *from = end - (c->decoded - c->summed);
	size_t len = until - c->summed;

	c->summed = until;
	return sgz_sums_add(&c->sums, from, len);
}

static int sum_certain(struct sgz_cutter *c, const uint8_t *end)
{
	return sum(c, end, c->count ? c->list[0]->at : c->decoded);
}

static bool is_settled(const struct sgz_cutter *c,
		       const struct sgz_candidate *a)
{
	return c->decoded >= a->at + SGZ_HISTORY_SIZE || a->at <= c->settled;
}

static void add_used(uint8_t *to, const uint8_t *from, size_t len)
{
	size_t i = 0;

	for (; i + 8 <= len; i += 8) {
		uint64_t a, b;

		memcpy(&a, to + i, sizeof(a));
		memcpy(&b, from + i, sizeof(b));
		a |= b;
		memcpy(to + i, &a, sizeof(a));
	}
	for (; i < len; i++)
		to[i] |= from[i];
}

/*
 * A match is marked at the last candidate before it. If it reaches before other
 * candidates, these need its bytes, too.
 */
static void gather(struct sgz_cutter *c, struct sgz_candidate *a)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct sgz_candidate *b = c->list[i];
		uint64_t by = b->at - a->at;

		if (b->at <= a->at)
			continue;
		if (by >= SGZ_HISTORY_SIZE)
			break;
		add_used(a->used + by, b->used, SGZ_HISTORY_SIZE - by);
	}
}

/* Store the history of the current span. */
static int store_history(struct sgz_cutter *c, const uint8_t *end)
{
	struct sgz_candidate *a = c->current;
	int ret;

	if (!a)
		return 0;
	if (!a->cost_known)
		gather(c, a);
	ret = sgz_history_store(&c->packer, c->ctx, c->spans, &c->span,
				end - (c->decoded - a->at), a->used);
	c->current = NULL;
	release(c, a);
	return ret;
}

/*
 * The compressed bytes before @pos decode to nothing. They become part of the
 * last span, if they fit; readers do not need them.
 */
static void extend_span(struct sgz_cutter *c, uint64_t pos)
{
	struct sgz_vec *list = &c->spans->list;
	struct sgz_span *last = list->data;

	if (!list->count)
		return;
	last += list->count - 1;
	if (last->unit == c->span.unit &&
	    pos - last->start <= stargz_span_clen_max(last->ulen))
		last->clen = pos - last->start;
}

/* End the span before byte @pos of the blob. */
static int end_span(struct sgz_cutter *c, uint64_t pos)
{
	uint64_t clen = pos - c->span.start, ulen = c->sums.len;
	struct sgz_span *to;
	int ret;

	if (!c->in_span)
		return 0;
	c->in_span = false;
	if (!ulen) {
		extend_span(c, pos);
		return 0;
	}
	ret = sgz_sums_end(&c->sums);
	if (!ret)
		ret = sgz_spans_clen(c->ctx, "gzip", c->span.start, clen, ulen);
	if (ret)
		return ret;
	to = sgz_vec_add(&c->spans->list, 1, sizeof(*to));
	if (!to)
		return sgz_nomem(c->ctx);
	*to = c->span;
	to->clen = clen;
	to->ulen = ulen;
	return 0;
}

static void begin_span(struct sgz_cutter *c, const struct sgz_place *place)
{
	c->span = (struct sgz_span){
		.unit = c->span.unit,
		.out = c->summed,
		.start = place->start,
		.codec = place->codec,
		.bit = place->bit,
	};
	sgz_sums_begin(&c->sums, &c->span);
	c->in_span = true;
}

/* End the span at a candidate, which is not in the list. */
static int cut(struct sgz_cutter *c, struct sgz_candidate *a,
	       const uint8_t *end)
{
	int ret = store_history(c, end);

	if (!ret)
		ret = sum(c, end, a->at);
	if (!ret)
		ret = end_span(c, a->place.end);
	if (ret)
		return ret;
	begin_span(c, &a->place);
	c->current = a;
	if (is_settled(c, a))
		ret = store_history(c, end);
	forget(c, a->at + c->low);
	return ret ? ret : sum_certain(c, end);
}

/* Sizes per decoded byte, as fractions of the square of the size of a span. */
static uint64_t rate(const struct sgz_cutter *c, uint64_t len, uint64_t bytes)
{
	return bytes * c->size * c->size / len + SIZE_COST * len;
}

/* The bytes that a settled candidate costs, about. */
static uint32_t cost(struct sgz_cutter *c, struct sgz_candidate *a)
{
	if (!a->cost_known) {
		gather(c, a);
		a->cost = RECORD_COST + sgz_history_cost(a->used);
		if (a->place.codec == STARGZ_CODEC_DEFLATE)
			a->cost += BLOCK_COST;
		a->cost_known = true;
	}
	return a->cost;
}

/*
 * The best candidate up to @limit, which are settled. The end of the stream is
 * a candidate without cost, if it is not NULL; then the result may be @count.
 */
static size_t choose(struct sgz_cutter *c, uint64_t limit, const uint64_t *end)
{
	uint64_t best = UINT64_MAX;
	size_t chosen = c->count;

	if (end && *end - c->span.out <= c->high)
		best = rate(c, *end - c->span.out, 0);
	for (size_t i = 0; i < c->count && c->list[i]->at <= limit; i++) {
		const struct sgz_candidate *a = c->list[i];
		uint64_t now = rate(c, a->at - c->span.out,
				    cost(c, c->list[i]));

		if (now >= best)
			continue;
		best = now;
		chosen = i;
	}
	return chosen;
}

/* End the span at candidate @i of the list. */
static int cut_at(struct sgz_cutter *c, size_t i, const uint8_t *end)
{
	struct sgz_candidate *a = c->list[i];

	c->count--;
	memmove(c->list + i, c->list + i + 1,
		(c->count - i) * sizeof(*c->list));
	return cut(c, a, end);
}

/* Position of the last candidate that comes into question. */
static uint64_t limit_of(const struct sgz_cutter *c)
{
	uint64_t limit = c->span.out + c->high;

	return c->list[0]->at > limit ? c->list[0]->at : limit;
}

/* Has the span reached a place at which it must end, for its compressed size? */
static bool is_tight(const struct sgz_cutter *c, uint64_t pos)
{
	return c->in_span && pos - c->span.start + STARGZ_SPAN_SLACK / 2 >
	       stargz_span_clen_max(c->decoded - c->span.out);
}

static bool is_candidate(const struct sgz_cutter *c, uint8_t codec)
{
	uint64_t last = 0;

	/* A header of any length may follow the start of a member. */
	if (c->count && codec == STARGZ_CODEC_DEFLATE)
		last = c->list[c->count - 1]->at + SGZ_CUT_GAP;
	return c->decoded >= c->span.out + c->low && c->decoded >= last &&
	       c->count < SGZ_CUT_MAX;
}

bool sgz_cutter_wants(const struct sgz_cutter *c, uint64_t pos)
{
	return is_candidate(c, STARGZ_CODEC_DEFLATE) || is_tight(c, pos);
}

size_t sgz_cutter_next(const struct sgz_cutter *c)
{
	uint64_t next = c->span.out + c->low;

	if (c->count && next < c->list[c->count - 1]->at + SGZ_CUT_GAP)
		next = c->list[c->count - 1]->at + SGZ_CUT_GAP;
	if (c->marked)
		next = least(next, c->marked->at + SGZ_HISTORY_SIZE);
	return next > c->decoded ? least(next - c->decoded, SGZ_CUT_STEP) :
				   SGZ_CUT_STEP;
}

/* A new candidate at the current position, which is not in the list. */
static struct sgz_candidate *take(struct sgz_cutter *c,
				  const struct sgz_place *place)
{
	struct sgz_candidate *a = c->free[--c->free_count];

	a->place = *place;
	a->at = c->decoded;
	a->cost_known = false;
	memset(a->used, 0, sizeof(a->used));
	if (place->codec == STARGZ_CODEC_DEFLATE)
		c->marked = a;
	return a;
}

/*
 * End the span at the last candidate, because of its compressed size. Of all
 * candidates, that one alone may be marked.
 */
static int cut_tight(struct sgz_cutter *c, const uint8_t *end)
{
	struct sgz_candidate *a = c->list[--c->count];

	forget(c, UINT64_MAX);
	return cut(c, a, end);
}

int sgz_cutter_place(struct sgz_cutter *c, const struct sgz_place *place,
		     const uint8_t *end)
{
	int ret = 0;

	if (!c->in_span) {
		begin_span(c, place);
		return 0;
	}
	if (is_tight(c, place->end) && c->count)
		ret = cut_tight(c, end);
	if (ret)
		return ret;
	if (is_tight(c, place->end))
		return cut(c, take(c, place), end);
	if (is_candidate(c, place->codec))
		c->list[c->count++] = take(c, place);
	return 0;
}

int sgz_cutter_add(struct sgz_cutter *c, const uint8_t *end, size_t len)
{
	int ret;

	c->decoded += len;
	ret = sum_certain(c, end);
	if (c->marked && is_settled(c, c->marked))
		c->marked = NULL;
	if (!ret && c->current && is_settled(c, c->current))
		ret = store_history(c, end);
	while (!ret && c->count) {
		uint64_t limit = limit_of(c);

		if (c->decoded < limit + SGZ_HISTORY_SIZE)
			break;
		ret = cut_at(c, choose(c, limit, NULL), end);
	}
	return ret;
}

size_t sgz_cutter_keep(const struct sgz_cutter *c)
{
	const struct sgz_candidate *first = c->current;

	if (!first && c->count)
		first = c->list[0];
	return SGZ_HISTORY_SIZE + (first ? c->decoded - first->at : 0);
}

void sgz_cutter_settle(struct sgz_cutter *c)
{
	c->settled = c->decoded;
	c->marked = NULL;
}

int sgz_cutter_end(struct sgz_cutter *c, const uint8_t *end, uint64_t pos)
{
	int ret = 0;

	/* A span at the end would be empty. */
	while (c->count && c->list[c->count - 1]->at == c->decoded)
		release(c, c->list[--c->count]);
	while (!ret && c->count) {
		size_t i = choose(c, limit_of(c), &c->decoded);

		if (i == c->count)
			forget(c, UINT64_MAX);
		else
			ret = cut_at(c, i, end);
	}
	if (!ret)
		ret = store_history(c, end);
	if (!ret)
		ret = sum_certain(c, end);
	return ret ? ret : end_span(c, pos);
}

void sgz_cutter_close(struct sgz_cutter *c)
{
	sgz_sums_close(&c->sums);
	sgz_history_free(&c->packer);
}
