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

/* Maximum number of decoded spans in a reader, and of their bytes. */
#define SGZ_SPANREAD_KEPT	16
#define SGZ_SPANREAD_BYTES	((size_t)STARGZ_SPAN_MAX)

/**
 * struct sgz_kept_span - a cached span
 * @data: its decoded bytes, or NULL
 * @room: size of @data in bytes
 * @nr: number of the span
 * @used: @clock of the reader at its last use
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
 * @blobs: the blob of each record of the blob table; its descriptor is -1 if it
 *	is missing
 * @limit: maximum size of cached spans in bytes, unless the last is larger
 * @kept: cached spans
 * @clock: counts requests
 * @zstd: decoder of zstd frames, or NULL before the first one
 * @sha: for digests of the index; closed before the first one
 * @inflate: decoder of deflate data
 * @in: compressed bytes
 * @history: history of a span
 * @tail: bytes of a gzip member or zstd frame after the span
 * @bad_pos: with @bad_len, the bytes of the span that differ from the index,
 *	after a failed call
 * @bad_len: number of these bytes; zero if the span could not be decoded
 */
struct sgz_spanread {
	const struct sgz_context *ctx;
	const struct sgz_index *index;
	struct sgz_blob *blobs;
	size_t limit;
	struct sgz_kept_span kept[SGZ_SPANREAD_KEPT];
	uint64_t clock;
	ZSTD_DCtx *zstd;
	struct sgz_sha256 sha;
	struct stargz_inflate inflate;
	struct sgz_gzinput in;
	uint8_t history[STARGZ_HISTORY_SIZE];
	uint8_t tail[2 * STARGZ_HISTORY_SIZE];
	uint64_t bad_pos;
	uint64_t bad_len;
};

/**
 * sgz_spanread_open() - create a reader of spans
 * @ctx: the call
 * @index: an index that was checked
 * @blobs: the blob of each record of the blob table
 *
 * Return: the reader, or NULL if memory is short.
 */
struct sgz_spanread *sgz_spanread_open(const struct sgz_context *ctx,
				       const struct sgz_index *index,
				       struct sgz_blob *blobs);

/**
 * sgz_spanread_whole() - decode a compressed span
 * @r: the reader
 * @nr: number of the span, which is not a stored one
 * @data: set to its bytes, valid until the next call
 *
 * The call verifies all checksums in the span, and also that of the last gzip
 * member or zstd frame, which may extend beyond the span; and the digests, if
 * the index has them.
 *
 * Return: 0, or a negative errno with the error text set: -EUCLEAN if it is
 * damaged, -ENODATA if its blob is missing.
 */
int sgz_spanread_whole(struct sgz_spanread *r, uint32_t nr,
		       const uint8_t **data);

/**
 * sgz_spanread_bytes() - read bytes of a span of any kind
 * @r: the reader
 * @nr: number of the span
 * @offset: first byte in the decoded span
 * @buf: destination
 * @len: number of bytes; must be within the span
 *
 * The call does not verify checksums and digests of a stored span.
 *
 * Return: 0, or a negative errno as from sgz_spanread_whole().
 */
int sgz_spanread_bytes(struct sgz_spanread *r, uint32_t nr, uint64_t offset,
		       void *buf, size_t len);

/** sgz_spanread_checks() - does the index have checksums or digests of a span? */
bool sgz_spanread_checks(const struct sgz_spanread *r, uint32_t nr);

/**
 * sgz_spanread_part() - verify checksums and digests of a part of a stored span
 * @r: the reader
 * @nr: number of the span
 * @pos: first byte in the span, a multiple of STARGZ_DIGEST_SIZE
 * @len: number of bytes, at most STARGZ_DIGEST_SIZE; less only at the end of the
 *	span
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_spanread_part(struct sgz_spanread *r, uint32_t nr, uint64_t pos,
		      size_t len);

/** sgz_spanread_close() - release */
void sgz_spanread_close(struct sgz_spanread *r);

/* Decode a span of each kind to @data, which has the size of the span. */
int sgz_span_gzip(struct sgz_spanread *r, uint32_t nr, uint8_t *data);
int sgz_span_zstd(struct sgz_spanread *r, uint32_t nr, uint8_t *data);

/** sgz_span_damaged() - fail because of a span */
int sgz_span_damaged(const struct sgz_spanread *r, uint32_t nr,
		     const char *why);

#endif /* SGZ_CONTENT_SPAN_H */
