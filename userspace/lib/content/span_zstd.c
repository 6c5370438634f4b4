// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Decoding spans of zstd frames. The last frame is decoded to its end, where
 * its checksum is.
 */
#include "blob/stream.h"
#include "content/span.h"
#include "index/records.h"

/* Reader of the compressed bytes of a span. */
struct input {
	struct sgz_spanread *r;
	struct sgz_blob *blob;
	uint64_t pos;
	uint64_t end;
	ZSTD_inBuffer run;
};

static int refill(struct input *in)
{
	size_t len = sizeof(in->r->in.buf);
	int ret;

	if (in->run.pos < in->run.size || in->pos == in->end)
		return 0;
	if (len > in->end - in->pos)
		len = in->end - in->pos;
	ret = sgz_blob_read(in->blob, in->r->ctx, in->pos, in->r->in.buf, len);
	in->pos += len;
	in->run = (ZSTD_inBuffer){ in->r->in.buf, len, 0 };
	return ret;
}

static int decode(struct input *in, uint32_t nr, ZSTD_outBuffer *data)
{
	struct sgz_spanread *r = in->r;
	size_t left = 1;

	while (data->pos < data->size || left) {
		ZSTD_outBuffer tail = { r->tail, sizeof(r->tail), 0 };
		ZSTD_outBuffer *out = data->pos < data->size ? data : &tail;
		size_t before = out->pos, taken;
		int ret = refill(in);

		if (ret)
			return ret;
		taken = in->run.pos;
		left = ZSTD_decompressStream(r->zstd, out, &in->run);
		if (ZSTD_isError(left))
			return sgz_span_damaged(r, nr,
						ZSTD_getErrorName(left));
		if (out->pos == before && in->run.pos == taken)
			return sgz_span_damaged(r, nr, "cut off");
	}
	return 0;
}

int sgz_span_zstd(struct sgz_spanread *r, uint32_t nr, uint8_t *data)
{
	const struct stargz_span *span = sgz_span(r->index, nr);
	ZSTD_outBuffer out = { data, le32toh(span->ulen), 0 };
	struct input in = {
		.r = r,
		.blob = &r->blobs[le16toh(span->blob)],
		.pos = le64toh(span->start),
		.end = le64toh(span->start) + le32toh(span->clen),
	};

	if (!r->zstd)
		r->zstd = ZSTD_createDCtx();
	if (!r->zstd)
		return sgz_nomem(r->ctx);
	ZSTD_DCtx_reset(r->zstd, ZSTD_reset_session_only);
	ZSTD_DCtx_setParameter(r->zstd, ZSTD_d_windowLogMax,
			       SGZ_ZSTD_WINDOW_LOG);
	return decode(&in, nr, &out);
}
