// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Spans of gzip data: of whole streams, and of large members.
 */
#include <stdlib.h>
#include <string.h>

#include "format/gzip_checkpoints.h"
#include "format/tar_entries.h"
#include "format/targz.h"

int sgz_targz_probe(const struct sgz_blob *blob)
{
	return blob->head_len >= 2 && !memcmp(blob->head, "\x1f\x8b", 2);
}

/* Read the whole stream, to verify all of its checksums. */
int sgz_targz_read(struct sgz_toc *toc, struct sgz_spans *spans,
		   const struct sgz_context *ctx,
		   const struct sgz_span_options *opt, struct sgz_blob *blob)
{
	struct sgz_stream *s = malloc(sizeof(*s));
	struct sgz_gzscan *scan;
	int ret;

	if (!s)
		return sgz_nomem(ctx);
	ret = sgz_gzscan_stream(&scan, s, spans, ctx, sgz_span_size(opt), blob,
				toc->want_diffid);
	if (!ret)
		ret = sgz_tar_walk(toc, ctx, s);
	if (!ret)
		ret = sgz_stream_drain(s);
	if (!ret)
		sgz_gzscan_end(scan, toc);
	sgz_gzscan_close(scan);
	free(s);
	return ret;
}

/* Compute the decoded size that the chunks of each span need. */
static void measure(struct sgz_spans *spans, const struct sgz_toc *toc,
		    uint64_t *len)
{
	const struct sgz_span *first = spans->list.data;

	for (size_t i = 0; i < toc->chunks.count; i++) {
		const struct sgz_chunk *c = sgz_toc_chunk(toc, i);
		uint64_t end = c->inner + c->size;
		size_t n = sgz_spans_find(spans, c->unit, 0) - first;

		if (end > len[n])
			len[n] = end;
	}
}

/* Copy the span of a member without checkpoints. */
static int keep_span(struct sgz_spans *spans, const struct sgz_context *ctx,
		     const struct sgz_span *span)
{
	struct sgz_span *to = sgz_vec_add(&spans->list, 1, sizeof(*to));

	if (!to)
		return sgz_nomem(ctx);
	*to = *span;
	return 0;
}

/*
 * Make checkpoints in a member. A damaged member gets none, so that the files
 * in other members can still be read.
 */
static int scan_member(struct sgz_spans *spans, const struct sgz_context *ctx,
		       const struct sgz_span_options *opt,
		       struct sgz_blob *blob, const struct sgz_span *span)
{
	const size_t count = spans->list.count;
	const size_t history_bytes = spans->histories.count;
	const size_t pieces = spans->pieces.count;
	const size_t digests = spans->digests.count;
	struct stargz_error inner = { "" };
	const struct sgz_context scan = sgz_context_inner(ctx, &inner);
	int ret;

	ret = sgz_gzscan_member(spans, &scan, sgz_span_size(opt), blob,
				span->start, span->start + span->clen);
	if (ret == -EUCLEAN) {
		sgz_warn(ctx, "%s; files in it cannot be read", inner.text);
		spans->list.count = count;
		spans->histories.count = history_bytes;
		spans->pieces.count = pieces;
		spans->digests.count = digests;
		return keep_span(spans, ctx, span);
	}
	return ret ? sgz_fail(ctx, ret, "%s", inner.text) : 0;
}

static int refine(struct sgz_spans *spans, const struct sgz_context *ctx,
		  const struct sgz_span_options *opt,
		  const struct sgz_vec *old, const uint64_t *len,
		  struct sgz_toc *toc, struct sgz_blob *blob)
{
	const struct sgz_span *s = old->data;
	uint64_t large = opt->member_size ? opt->member_size :
					    sgz_span_size(opt);

	int ret = 0;

	for (size_t i = 0; !ret && i < old->count; i++, s++) {
		if (len[i] <= large) {
			ret = keep_span(spans, ctx, s);
			continue;
		}
		toc->from_content = true;
		ret = scan_member(spans, ctx, opt, blob, s);
	}
	return ret;
}

int sgz_targz_refine(struct sgz_spans *spans, const struct sgz_context *ctx,
		     const struct sgz_span_options *opt, struct sgz_toc *toc,
		     struct sgz_blob *blob)
{
	struct sgz_vec old = spans->list;
	uint64_t *len;
	int ret;

	if (opt->no_checkpoints || !old.count)
		return 0;
	len = calloc(old.count, sizeof(*len));
	if (!len)
		return sgz_nomem(ctx);
	measure(spans, toc, len);
	spans->list = (struct sgz_vec){ 0 };
	ret = refine(spans, ctx, opt, &old, len, toc, blob);
	sgz_vec_free(&old);
	free(len);
	return ret;
}
