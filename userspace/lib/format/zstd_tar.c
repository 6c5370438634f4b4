// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * A zstd frame can be decoded only from its start. So frames are the spans,
 * which works well for layers of many frames: pzstd, concatenated or seekable
 * ones. The table of a seekable layer is a skippable frame without further
 * information.
 */
#include <stdlib.h>
#include <string.h>

#include "blob/stream.h"
#include "format/sums.h"
#include "format/tar_entries.h"
#include "format/zstd_tar.h"
#include "record.h"

/* Larger frames get a warning, as reading from them is slow. */
#define FRAME_LARGE	(16u << 20)

struct scan {
	const struct sgz_context *ctx;
	struct sgz_spans *spans;
	struct sgz_stream stream;
	uint32_t limit;		/* maximum decoded size of joined frames */
	uint64_t out;		/* decoded bytes before the current frame */
	uint32_t ulen;		/* decoded bytes of the current frame */
	struct sgz_sums sums;	/* of the last span */
	struct sgz_sha256 whole; /* digest of all decoded bytes, or closed */
	struct sgz_span next;	/* the span that starts with a large frame */
	bool large;		/* the frame is too large for joining */
	struct sgz_vec held;	/* bytes of a frame that may be joined */
	bool warned;
};

int sgz_zstdtar_probe(const struct sgz_blob *blob,
		      const struct sgz_context *ctx)
{
	static const unsigned char frame[] = { 0x28, 0xb5, 0x2f, 0xfd };
	static const unsigned char skippable[] = { 0x2a, 0x4d, 0x18 };
	const unsigned char *magic = blob->head;

	(void)ctx;
	if (blob->head_len < sizeof(frame))
		return 0;
	return !memcmp(magic, frame, sizeof(frame)) ||
	       (magic[0] >> 4 == 5 &&
		!memcmp(magic + 1, skippable, sizeof(skippable)));
}

/* Start a span at the frame at @start. */
static int begin_span(struct scan *scan, uint64_t start)
{
	int ret = sgz_sums_end(&scan->sums);

	scan->next = (struct sgz_span){
		.out = scan->out,
		.start = start,
		.codec = STARGZ_CODEC_ZSTD,
	};
	sgz_sums_begin(&scan->sums, &scan->next);
	return ret ? ret : sgz_sums_add(&scan->sums, scan->held.data,
					scan->held.count);
}

/* Only the end of a small frame shows whether it is joined to the last span. */
static int hold(struct scan *scan, const void *bytes, size_t len)
{
	void *to = sgz_vec_add(&scan->held, len, 1);

	if (!to)
		return sgz_nomem(scan->ctx);
	memcpy(to, bytes, len);
	return 0;
}

static int on_bytes(void *data, const struct sgz_stream *s, const void *bytes,
		    size_t len)
{
	struct scan *scan = data;
	int ret = 0;

	if (len > STARGZ_SPAN_MAX - scan->ulen)
		return sgz_fail(s->ctx, -EINVAL,
				"zstd frame at offset %llu: decodes to more than 64 MiB, and only from its start; convert the layer with mkfs.stargz",
				(unsigned long long)s->member);
	if (scan->whole.md)
		sgz_sha256_add(&scan->whole, bytes, len);
	scan->ulen += len;
	if (!scan->large && scan->ulen > scan->limit) {
		scan->large = true;
		ret = begin_span(scan, s->member);
	}
	if (ret)
		return ret;
	return scan->large ? sgz_sums_add(&scan->sums, bytes, len) :
			     hold(scan, bytes, len);
}

static void warn_large(struct scan *scan, uint64_t start)
{
	if (scan->warned || scan->ulen <= FRAME_LARGE)
		return;
	scan->warned = true;
	sgz_warn(scan->ctx, "zstd frame at offset %llu: reading any byte decodes all of its %u MiB; mkfs.stargz makes layers that read faster",
		 (unsigned long long)start, scan->ulen >> 20);
}

/* Can a frame, which ends at @end, become part of span @s? */
static bool fits(const struct scan *scan, const struct sgz_span *s,
		 uint64_t end)
{
	return !scan->large && s->ulen <= scan->limit - scan->ulen &&
	       end - s->start <= stargz_span_clen_max(s->ulen + scan->ulen);
}

/* Add a frame, which ends at @end, to the last span if it fits. */
static int add_frame(struct scan *scan, uint64_t start, uint64_t end)
{
	struct sgz_vec *list = &scan->spans->list;
	struct sgz_span *s = list->data;
	int ret = 0;

	if (list->count)
		s += list->count - 1;
	if (list->count && fits(scan, s, end)) {
		s->clen = end - s->start;
		s->ulen += scan->ulen;
		return sgz_sums_add(&scan->sums, scan->held.data,
				    scan->held.count);
	}
	if (!scan->large)
		ret = begin_span(scan, start);
	if (!ret)
		ret = sgz_spans_clen(scan->ctx, "zstd frame", start,
				     end - start, scan->ulen);
	if (ret)
		return ret;
	s = sgz_vec_add(list, 1, sizeof(*s));
	if (!s)
		return sgz_nomem(scan->ctx);
	*s = scan->next;
	s->clen = end - start;
	s->ulen = scan->ulen;
	return 0;
}

static int on_end(void *data, const struct sgz_stream *s, uint64_t pos)
{
	struct scan *scan = data;
	int ret = 0;

	warn_large(scan, s->member);
	if (scan->ulen)
		ret = add_frame(scan, s->member, pos);
	scan->out += scan->ulen;
	scan->ulen = 0;
	scan->large = false;
	scan->held.count = 0;
	return ret;
}

static int read_all(struct scan *scan, struct sgz_toc *toc,
		    struct sgz_blob *blob)
{
	const struct sgz_frame_watch watch = { on_bytes, on_end, scan };
	int ret;

	ret = sgz_stream_whole(&scan->stream, scan->ctx, blob, SGZ_FRAMES);
	scan->stream.watch = &watch;
	if (!ret)
		ret = sgz_tar_walk(toc, scan->ctx, &scan->stream);
	if (!ret)
		ret = sgz_stream_drain(&scan->stream);
	if (!ret)
		ret = sgz_sums_end(&scan->sums);
	sgz_stream_close(&scan->stream);
	toc->has_diffid = !ret && scan->whole.md;
	if (toc->has_diffid)
		sgz_sha256_get(&scan->whole, toc->diffid);
	return ret;
}

static int open_sums(struct scan *scan, const struct sgz_toc *toc)
{
	int ret = sgz_sums_open(&scan->sums, scan->ctx, scan->spans,
				SGZ_SPAN_CHECKED);

	if (!ret && toc->want_diffid)
		ret = sgz_sha256_open(&scan->whole, scan->ctx);
	return ret;
}

int sgz_zstdtar_read(struct sgz_toc *toc, struct sgz_spans *spans,
		     const struct sgz_context *ctx,
		     const struct sgz_span_options *opt, struct sgz_blob *blob)
{
	struct scan *scan;
	int ret;

	scan = calloc(1, sizeof(*scan));
	if (!scan)
		return sgz_nomem(ctx);
	scan->ctx = ctx;
	scan->spans = spans;
	scan->limit = sgz_span_size(opt);
	ret = open_sums(scan, toc);
	if (!ret)
		ret = read_all(scan, toc, blob);
	if (scan->whole.md)
		sgz_sha256_close(&scan->whole);
	sgz_sums_close(&scan->sums);
	sgz_vec_free(&scan->held);
	free(scan);
	return ret;
}
