/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * One pass over a gzip stream that lays spans.
 */
#ifndef SGZ_FORMAT_GZIP_CHECKPOINTS_H
#define SGZ_FORMAT_GZIP_CHECKPOINTS_H

#include "blob/stream.h"
#include "format/spans.h"

struct sgz_gzscan;

/**
 * sgz_gzscan_stream() - begin to read a blob as one gzip stream
 * @scan: set; to be closed whatever happens
 * @stream: opened; gives the decoded bytes, and is to be read to its end
 * @spans: gets the spans, of unit 0; complete when the stream is at its end
 * @ctx: the call
 * @span_size: decoded bytes between checkpoints
 * @blob: the blob, possibly a pipe
 *
 * Each member's checksum and length are verified at its end.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_gzscan_stream(struct sgz_gzscan **scan, struct sgz_stream *stream,
		      struct sgz_spans *spans, const struct sgz_context *ctx,
		      uint32_t span_size, struct sgz_blob *blob);

/**
 * sgz_gzscan_member() - read one gzip member
 * @spans: gets its spans at the end of the list
 * @ctx: the call
 * @span_size: decoded bytes between checkpoints
 * @blob: the blob
 * @start: first byte of the member, which becomes the unit of the spans
 * @end: it ends there or earlier
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_gzscan_member(struct sgz_spans *spans, const struct sgz_context *ctx,
		      uint32_t span_size, struct sgz_blob *blob, uint64_t start,
		      uint64_t end);

/**
 * sgz_gzscan_warn() - report what was odd about a stream that is taken
 * @scan: its stream is at its end, and nothing was wrong with what it gave:
 *	of one that is refused the reason alone is told
 */
void sgz_gzscan_warn(const struct sgz_gzscan *scan);

/** sgz_gzscan_close() - release */
void sgz_gzscan_close(struct sgz_gzscan *scan);

#endif /* SGZ_FORMAT_GZIP_CHECKPOINTS_H */
