/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Decoding spans of an index, and reading the bytes in them.
 */
#ifndef SGZ_CONTENT_SPAN_H
#define SGZ_CONTENT_SPAN_H

#include <zstd.h>

#include "blob/gzip_member.h"
#include "index/tables.h"
#include "inflate.h"

/* Decoded spans that a reader keeps, and most bytes of them. */
#define SGZ_SPANREAD_KEPT	16
#define SGZ_SPANREAD_BYTES	((size_t)STARGZ_SPAN_MAX)

/**
 * struct sgz_kept_span - a span that was decoded
 * @data: its bytes, or NULL
 * @room: size of that memory
 * @nr: number of the span
 * @used: when it was last asked for
 */
struct sgz_kept_span {
	uint8_t *data;
	size_t room;
	uint32_t nr;
	uint64_t used;
};

/**
 * struct sgz_spanread - a reader of spans, for one thread
 * @ctx: the call
 * @index: an index that was checked
 * @blobs: for each record of its blob table the blob; no descriptor, -1: it is
 *	not at hand
 * @limit: most bytes of decoded spans that are kept besides the last one
 * @kept: decoded spans
 * @clock: counts what is asked for
 * @zstd: decoder of zstd frames, or NULL before the first one
 * @inflate: decoder of deflate data
 * @in: compressed bytes
 * @history: history of a span
 * @tail: what a gzip member or zstd frame holds after the span
 */
struct sgz_spanread {
	const struct sgz_context *ctx;
	const struct sgz_index *index;
	struct sgz_blob *blobs;
	size_t limit;
	struct sgz_kept_span kept[SGZ_SPANREAD_KEPT];
	uint64_t clock;
	ZSTD_DCtx *zstd;
	struct stargz_inflate inflate;
	struct sgz_gzinput in;
	uint8_t history[STARGZ_HISTORY_SIZE];
	uint8_t tail[2 * STARGZ_HISTORY_SIZE];
};

/**
 * sgz_spanread_open() - begin to read spans
 * @ctx: the call
 * @index: an index that was checked
 * @blobs: for each record of its blob table the blob
 *
 * Return: the reader, or NULL without memory.
 */
struct sgz_spanread *sgz_spanread_open(const struct sgz_context *ctx,
				       const struct sgz_index *index,
				       struct sgz_blob *blobs);

/**
 * sgz_spanread_whole() - decode a compressed span
 * @r: the reader
 * @nr: number of the span, not of a stored one
 * @data: set to its bytes; they stay until the next call
 *
 * What the span itself has of checksums is verified, and that of the last gzip
 * member or zstd frame as well, which may go on behind the span.
 *
 * Return: 0, or a negative errno with the error text set: -EUCLEAN it is
 * damaged, -ENODATA its blob is not at hand.
 */
int sgz_spanread_whole(struct sgz_spanread *r, uint32_t nr,
		       const uint8_t **data);

/**
 * sgz_spanread_bytes() - read some bytes of a span of any kind
 * @r: the reader
 * @nr: number of the span
 * @offset: first byte in the decoded span
 * @buf: gets them
 * @len: how many; within the span
 *
 * The checksum of a stored span is not looked at.
 *
 * Return: 0, or a negative errno as sgz_spanread_whole().
 */
int sgz_spanread_bytes(struct sgz_spanread *r, uint32_t nr, uint64_t offset,
		       void *buf, size_t len);

/** sgz_spanread_stored() - verify the checksum of a stored span that has one */
int sgz_spanread_stored(struct sgz_spanread *r, uint32_t nr);

/** sgz_spanread_close() - release */
void sgz_spanread_close(struct sgz_spanread *r);

/* How each kind of span is decoded, into @data of the size of the span. */
int sgz_span_gzip(struct sgz_spanread *r, uint32_t nr, uint8_t *data);
int sgz_span_zstd(struct sgz_spanread *r, uint32_t nr, uint8_t *data);

/** sgz_span_damaged() - fail because of a span */
int sgz_span_damaged(const struct sgz_spanread *r, uint32_t nr,
		     const char *why);

#endif /* SGZ_CONTENT_SPAN_H */
