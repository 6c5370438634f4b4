/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The parts of a blob that can be decoded independently.
 */
#ifndef SGZ_FORMAT_SPANS_H
#define SGZ_FORMAT_SPANS_H

#include "stargz_fs.h"
#include "toc/toc.h"

/* sgz_span.flags */
#define SGZ_SPAN_OPEN	0x01	/* @ulen grows with the references of files */
#define SGZ_SPAN_USED	0x02	/* contains content of a visible file */
#define SGZ_SPAN_CHECKED 0x04	/* @piece is set */
#define SGZ_SPAN_DIGESTED 0x08	/* @digest is set */

/**
 * struct sgz_span - a part of the blob
 * @unit: as in struct sgz_chunk: the unit that contains the span
 * @out: offset of its first byte in the decoded unit
 * @start: first byte in the blob
 * @clen: upper bound of the compressed length
 * @ulen: decoded length
 * @piece: number of the CRC-32 of its first piece in &struct sgz_spans.pieces;
 *	those of the other pieces follow
 * @digest: likewise, its first SHA-256 in &struct sgz_spans.digests
 * @number: its number in the index, if it is used
 * @history: offset of its history in &struct sgz_spans.histories
 * @history_clen: compressed size of the history in bytes
 * @history_ulen: decoded size of the history in bytes; zero: none
 * @codec: &enum stargz_codec
 * @bit: first bit in the first byte, for %STARGZ_CODEC_DEFLATE
 * @flags: SGZ_SPAN_*
 */
struct sgz_span {
	uint64_t unit;
	uint64_t out;
	uint64_t start;
	uint64_t history;
	uint32_t clen;
	uint32_t ulen;
	uint32_t piece;
	uint32_t digest;
	uint32_t number;
	uint16_t history_clen;
	uint16_t history_ulen;
	uint8_t codec;
	uint8_t bit;
	uint8_t flags;
};

/**
 * struct sgz_span_options - options for spans, see stargz_index_options
 * @size: decoded bytes between the checkpoints of a long stream; zero:
 *	STARGZ_SPAN_SIZE
 * @member_size: a gzip member of a blob with a table of contents gets
 *	checkpoints if its decoded size is larger; zero: @size
 * @no_checkpoints: such members get no checkpoints
 */
struct sgz_span_options {
	uint32_t size;
	uint32_t member_size;
	bool no_checkpoints;
};

/** sgz_span_size() - decoded bytes between checkpoints */
static inline uint32_t sgz_span_size(const struct sgz_span_options *opt)
{
	return opt->size ? opt->size : STARGZ_SPAN_SIZE;
}

/**
 * struct sgz_spans - all spans of a blob
 * @list: struct sgz_span, sorted by unit and out; the spans of a unit have no
 *	gaps
 * @histories: bytes of the histories, each raw deflate data
 * @pieces: uint32_t: CRC-32 of every STARGZ_PIECE_SIZE decoded bytes of a span,
 *	and of the rest
 * @digests: SHA-256 of every STARGZ_DIGEST_SIZE decoded bytes of a span, and of
 *	the rest
 * @with_digests: set before reading: compute digests of spans that are decoded
 *	as a stream
 * @used: number of spans in use
 * @crossed: how often the content of a file continues in the next span
 */
struct sgz_spans {
	struct sgz_vec list;
	struct sgz_vec histories;
	struct sgz_vec pieces;
	struct sgz_vec digests;
	bool with_digests;
	uint32_t used;
	uint64_t crossed;
};

/*
 * Limit of @crossed: SGZ_CROSSED_MIN plus SGZ_SPAN_CROSSED_MAX for each span.
 * If files do not overlap, it is at most one for each span. Without a limit,
 * the size of an index could be the product of the numbers of files and spans.
 */
#define SGZ_SPAN_CROSSED_MAX	16
#define SGZ_CROSSED_MIN		(1u << 20)

/**
 * sgz_spans_of_units() - make one span for each unit in the TOC
 * @spans: filled in; initially zeroed
 * @ctx: the call
 * @toc: all chunks
 * @codec: compression of the units
 *
 * Each span ends at the start of the next one. This limit depends neither on
 * the order of the TOC nor on which entries are visible, because the units of
 * all chunks count. The decoded size depends on the chunks in use.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_spans_of_units(struct sgz_spans *spans, const struct sgz_context *ctx,
		       const struct sgz_toc *toc, enum stargz_codec codec);

/**
 * sgz_spans_find() - find the span with a byte
 * @spans: the spans
 * @unit: the unit
 * @inner: offset in the decoded unit
 *
 * Return: the last span of the unit that starts at or before @inner, or NULL.
 */
struct sgz_span *sgz_spans_find(const struct sgz_spans *spans, uint64_t unit,
				uint64_t inner);

/** sgz_spans_next() - the next span of the same unit, or NULL */
struct sgz_span *sgz_spans_next(const struct sgz_spans *spans,
				const struct sgz_span *span);

/**
 * sgz_spans_use() - mark the spans of a visible file as used
 * @spans: the spans
 * @ctx: the call
 * @toc: the chunks
 * @file: the file
 *
 * Return: 0, -EUCLEAN if the content does not fit in the spans, or -E2BIG if
 * too many files share them; with the error text set.
 */
int sgz_spans_use(struct sgz_spans *spans, const struct sgz_context *ctx,
		  const struct sgz_toc *toc, const struct sgz_entry *file);

/**
 * sgz_spans_number() - number the spans in use
 * @spans: the spans, after sgz_spans_use() for all files
 *
 * The call limits compressed sizes that are only the distance to the next span
 * to the maximum of the index format.
 */
void sgz_spans_number(struct sgz_spans *spans);

/**
 * sgz_spans_clen() - check the compressed size of a span
 * @ctx: the call
 * @codec: its kind, for the error text
 * @start: first byte in the blob
 * @clen: compressed bytes
 * @ulen: decoded bytes
 *
 * Return: 0, or -EUCLEAN with the error text set.
 */
int sgz_spans_clen(const struct sgz_context *ctx, const char *codec,
		   uint64_t start, uint64_t clen, uint32_t ulen);

/** sgz_spans_free() - release */
void sgz_spans_free(struct sgz_spans *spans);

#endif /* SGZ_FORMAT_SPANS_H */
