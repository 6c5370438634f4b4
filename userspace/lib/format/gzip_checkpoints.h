/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Cutting a gzip stream into spans in one pass.
 */
#ifndef SGZ_FORMAT_GZIP_CHECKPOINTS_H
#define SGZ_FORMAT_GZIP_CHECKPOINTS_H

#include "blob/stream.h"
#include "format/spans.h"

struct sgz_gzscan;

/**
 * sgz_gzscan_stream() - start reading a blob as one gzip stream
 * @scan: set; must be closed, also after an error
 * @stream: set to a stream of the decoded bytes; must be read to its end
 * @spans: receives the spans, of unit 0; complete at the end of the stream
 * @ctx: the call
 * @span_size: decoded bytes between checkpoints
 * @blob: the blob, possibly a pipe
 * @whole: compute the digest of all decoded bytes
 *
 * The scan verifies checksum and length of each member at its end.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_gzscan_stream(struct sgz_gzscan **scan, struct sgz_stream *stream,
		      struct sgz_spans *spans, const struct sgz_context *ctx,
		      uint32_t span_size, struct sgz_blob *blob, bool whole);

/**
 * sgz_gzscan_member() - read one gzip member
 * @spans: its spans are appended
 * @ctx: the call
 * @span_size: decoded bytes between checkpoints
 * @blob: the blob
 * @start: first byte of the member, which becomes the unit of the spans
 * @end: upper limit of its end
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_gzscan_member(struct sgz_spans *spans, const struct sgz_context *ctx,
		      uint32_t span_size, struct sgz_blob *blob, uint64_t start,
		      uint64_t end);

/**
 * sgz_gzscan_end() - end a scan: set diffID, warn about irregularities
 * @scan: its stream is at its end, and the layer was accepted; for a rejected
 *	layer only the error is reported
 * @toc: receives the digest of all decoded bytes, if it was computed
 */
void sgz_gzscan_end(struct sgz_gzscan *scan, struct sgz_toc *toc);

/** sgz_gzscan_close() - release */
void sgz_gzscan_close(struct sgz_gzscan *scan);

#endif /* SGZ_FORMAT_GZIP_CHECKPOINTS_H */
