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
#include "format/pieces.h"
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
	struct sgz_pieces alone; /* checksums of the frame as a span */
	struct sgz_pieces joined; /* the same as a part of the last span */
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

static int on_bytes(void *data, const struct sgz_stream *s, const void *bytes,
		    size_t len)
{
	struct scan *scan = data;

	if (len > STARGZ_SPAN_MAX - scan->ulen)
		return sgz_fail(s->ctx, -EINVAL,
				"zstd frame at offset %llu: decodes to more than 64 MiB, and only from its start; convert the layer with mkfs.stargz",
				(unsigned long long)s->member);
	scan->ulen += len;
	if (sgz_pieces_add(&scan->alone, bytes, len))
		return sgz_nomem(s->ctx);
	if (scan->ulen <= scan->limit &&
	    sgz_pieces_add(&scan->joined, bytes, len))
		return sgz_nomem(s->ctx);
	return 0;
}

static void warn_large(struct scan *scan, uint64_t start)
{
	if (scan->warned || scan->ulen <= FRAME_LARGE)
		return;
	scan->warned = true;
	sgz_warn(scan->ctx, "zstd frame at offset %llu: reading any byte decodes all of its %u MiB; mkfs.stargz makes layers that read faster",
		 (unsigned long long)start, scan->ulen >> 20);
}

/* Add a frame, which ends at @end, to the last span. */
static int join_frame(struct scan *scan, struct sgz_span *s, uint64_t end)
{
	struct sgz_vec *pieces = &scan->spans->pieces;

	/* The frame continues the last piece. */
	if (s->ulen % STARGZ_PIECE_SIZE)
		pieces->count--;
	s->clen = end - s->start;
	s->ulen += scan->ulen;
	return sgz_pieces_store(&scan->joined, pieces) ? sgz_nomem(scan->ctx) :
							 0;
}

/* Add a frame, which ends at @end, to the last span if it fits. */
static int add_frame(struct scan *scan, uint64_t start, uint64_t end)
{
	struct sgz_vec *list = &scan->spans->list;
	struct sgz_span *s = list->data;
	int ret;

	if (list->count)
		s += list->count - 1;
	if (list->count && scan->ulen <= scan->limit &&
	    s->ulen <= scan->limit - scan->ulen &&
	    end - s->start <= stargz_span_clen_max(s->ulen + scan->ulen))
		return join_frame(scan, s, end);
	ret = sgz_spans_clen(scan->ctx, "zstd frame", start, end - start,
			     scan->ulen);
	if (ret)
		return ret;
	s = sgz_vec_add(list, 1, sizeof(*s));
	if (!s)
		return sgz_nomem(scan->ctx);
	s->out = scan->out;
	s->start = start;
	s->clen = end - start;
	s->ulen = scan->ulen;
	s->piece = scan->spans->pieces.count;
	s->codec = STARGZ_CODEC_ZSTD;
	s->flags = SGZ_SPAN_CHECKED;
	return sgz_pieces_store(&scan->alone, &scan->spans->pieces) ?
		sgz_nomem(scan->ctx) : 0;
}

/* Prepare the checksums for the next frame. */
static void restart_pieces(struct scan *scan)
{
	const struct sgz_spans *spans = scan->spans;
	const struct sgz_span *s = spans->list.data;
	const uint32_t *crc = spans->pieces.data;

	sgz_pieces_resume(&scan->alone, 0, 0);
	s += spans->list.count - 1;
	if (s->ulen % STARGZ_PIECE_SIZE)
		sgz_pieces_resume(&scan->joined, crc[spans->pieces.count - 1],
				  s->ulen % STARGZ_PIECE_SIZE);
	else
		sgz_pieces_resume(&scan->joined, 0, 0);
}

static int on_end(void *data, const struct sgz_stream *s, uint64_t pos)
{
	struct scan *scan = data;
	int ret;

	warn_large(scan, s->member);
	if (!scan->ulen)
		return 0;
	ret = add_frame(scan, s->member, pos);
	if (ret)
		return ret;
	restart_pieces(scan);
	scan->out += scan->ulen;
	scan->ulen = 0;
	return 0;
}

static int read_all(struct scan *scan, struct sgz_toc *toc,
		    const struct sgz_blob *blob)
{
	const struct sgz_frame_watch watch = { on_bytes, on_end, scan };
	int ret;

	ret = sgz_stream_open(&scan->stream, scan->ctx, blob, 0, blob->size,
			      SGZ_FRAMES);
	scan->stream.watch = &watch;
	if (!ret)
		ret = sgz_tar_walk(toc, scan->ctx, &scan->stream);
	if (!ret)
		ret = sgz_stream_drain(&scan->stream);
	sgz_stream_close(&scan->stream);
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
	ret = read_all(scan, toc, blob);
	sgz_vec_free(&scan->alone.list);
	sgz_vec_free(&scan->joined.list);
	free(scan);
	return ret;
}
