// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Spans of units, spans of a chunk, and spans in use.
 */
#include <stdlib.h>

#include "format/spans.h"
#include "record.h"

static int compare_units(const void *left, const void *right)
{
	const struct sgz_span *a = left, *b = right;

	return (a->unit > b->unit) - (a->unit < b->unit);
}

/* Remove duplicates; each span ends at the start of the next one. */
static void unique(struct sgz_vec *list, uint64_t end)
{
	struct sgz_span *s = list->data;
	size_t n = 0;

	for (size_t i = 0; i < list->count; i++)
		if (!n || s[i].unit != s[n - 1].unit)
			s[n++] = s[i];
	for (size_t i = 0; i < n; i++) {
		uint64_t next = i + 1 < n ? s[i + 1].start : end;
		uint64_t clen = next - s[i].start;

		s[i].clen = clen < UINT32_MAX ? clen : UINT32_MAX;
	}
	list->count = n;
}

int sgz_spans_of_units(struct sgz_spans *spans, const struct sgz_context *ctx,
		       const struct sgz_toc *toc, enum stargz_codec codec)
{
	const struct sgz_chunk *chunks = toc->chunks.data;
	size_t n = toc->chunks.count;
	struct sgz_span *s;

	if (!n)
		return 0;
	s = sgz_vec_add(&spans->list, n, sizeof(*s));
	if (!s)
		return sgz_nomem(ctx);
	for (size_t i = 0; i < n; i++) {
		s[i].unit = chunks[i].unit;
		s[i].start = chunks[i].unit;
		s[i].codec = codec;
		s[i].flags = SGZ_SPAN_OPEN;
	}
	qsort(s, n, sizeof(*s), compare_units);
	unique(&spans->list, toc->data_end);
	return 0;
}

struct sgz_span *sgz_spans_find(const struct sgz_spans *spans, uint64_t unit,
				uint64_t inner)
{
	struct sgz_span *s = spans->list.data;
	size_t low = 0, high = spans->list.count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s[mid].unit < unit ||
		    (s[mid].unit == unit && s[mid].out <= inner))
			low = mid + 1;
		else
			high = mid;
	}
	return low && s[low - 1].unit == unit ? s + low - 1 : NULL;
}

struct sgz_span *sgz_spans_next(const struct sgz_spans *spans,
				const struct sgz_span *span)
{
	struct sgz_span *s = spans->list.data;
	size_t next = span - s + 1;

	if (next == spans->list.count || s[next].unit != span->unit)
		return NULL;
	return s + next;
}

/* Use a span up to decoded byte @ulen, if that is possible. */
static int use(struct sgz_span *s, const struct sgz_context *ctx,
	       const struct sgz_entry *file, uint64_t ulen)
{
	if (s->codec != STARGZ_CODEC_STORED && ulen > STARGZ_SPAN_MAX)
		return sgz_fail(ctx, -E2BIG,
				"%s: reading it would decode more than 64 MiB at once, from offset %llu on",
				sgz_entry_quoted(file).text,
				(unsigned long long)s->start);
	if (s->codec != STARGZ_CODEC_STORED && s->codec != STARGZ_CODEC_ZSTD &&
	    ulen > stargz_deflate_ulen_max(s->clen))
		return sgz_fail(ctx, -EUCLEAN,
				"%s: %llu decoded bytes are impossible for %u compressed bytes at offset %llu",
				sgz_entry_quoted(file).text,
				(unsigned long long)ulen, s->clen,
				(unsigned long long)s->start);
	if (s->flags & SGZ_SPAN_OPEN && ulen > s->ulen)
		s->ulen = ulen;
	s->flags |= SGZ_SPAN_USED;
	return 0;
}

/* Count that the content of a file continues in another span. */
static int cross(struct sgz_spans *spans, const struct sgz_context *ctx,
		 const struct sgz_entry *file)
{
	uint64_t max = SGZ_CROSSED_MIN +
		       (uint64_t)SGZ_SPAN_CROSSED_MAX * spans->list.count;

	if (++spans->crossed <= max)
		return 0;
	return sgz_fail(ctx, -E2BIG,
			"%s: shares its content with other files, which requires %llu extents in %zu spans; the limit is %llu",
			sgz_entry_quoted(file).text,
			(unsigned long long)spans->crossed, spans->list.count,
			(unsigned long long)max);
}

static int use_chunk(struct sgz_spans *spans, const struct sgz_context *ctx,
		     const struct sgz_entry *file, const struct sgz_chunk *c)
{
	struct sgz_span *s = sgz_spans_find(spans, c->unit, c->inner);
	uint64_t end = c->inner + c->size;
	int ret = 0;

	while (s && !ret) {
		uint64_t want = end - s->out;

		if (s->flags & SGZ_SPAN_OPEN || want <= s->ulen)
			return use(s, ctx, file, want);
		ret = use(s, ctx, file, s->ulen);
		if (!ret)
			ret = cross(spans, ctx, file);
		s = sgz_spans_next(spans, s);
	}
	if (ret)
		return ret;
	return sgz_fail(ctx, -EUCLEAN, "%s: the data ends before its content",
			sgz_entry_quoted(file).text);
}

int sgz_spans_use(struct sgz_spans *spans, const struct sgz_context *ctx,
		  const struct sgz_toc *toc, const struct sgz_entry *file)
{
	for (uint32_t i = 0; i < file->b; i++) {
		const struct sgz_chunk *c = sgz_toc_chunk(toc, file->a + i);
		int ret = 0;

		if (c->size && !c->zeroes)
			ret = use_chunk(spans, ctx, file, c);
		if (ret)
			return ret;
	}
	return 0;
}

/* The distance to the next unit may be larger than any compressed size. */
static void clamp(struct sgz_span *s)
{
	uint64_t max = stargz_span_clen_max(s->ulen);

	if (s->flags & SGZ_SPAN_OPEN && s->codec != STARGZ_CODEC_STORED &&
	    s->clen > max)
		s->clen = max;
}

void sgz_spans_number(struct sgz_spans *spans)
{
	struct sgz_span *s = spans->list.data;

	spans->used = 0;
	for (size_t i = 0; i < spans->list.count; i++) {
		if (!(s[i].flags & SGZ_SPAN_USED))
			continue;
		s[i].number = spans->used++;
		clamp(s + i);
	}
}

int sgz_spans_clen(const struct sgz_context *ctx, const char *codec,
		   uint64_t start, uint64_t clen, uint32_t ulen)
{
	if (clen <= stargz_span_clen_max(ulen))
		return 0;
	return sgz_fail(ctx, -EUCLEAN,
			"%s: %llu compressed bytes at offset %llu for %u decoded ones, more than the limit of %llu",
			codec, (unsigned long long)clen,
			(unsigned long long)start, ulen,
			(unsigned long long)stargz_span_clen_max(ulen));
}

void sgz_spans_free(struct sgz_spans *spans)
{
	sgz_vec_free(&spans->list);
	sgz_vec_free(&spans->histories);
	sgz_vec_free(&spans->pieces);
	sgz_vec_free(&spans->digests);
}
