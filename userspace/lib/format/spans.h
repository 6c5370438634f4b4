/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The runs of a blob that decode on their own.
 */
#ifndef SGZ_FORMAT_SPANS_H
#define SGZ_FORMAT_SPANS_H

#include "stargz_fs.h"
#include "toc/toc.h"

/* sgz_span.flags */
#define SGZ_SPAN_OPEN	0x01	/* @ulen is what files refer to so far */
#define SGZ_SPAN_USED	0x02	/* content of a file that is shown is in it */
#define SGZ_SPAN_CRC	0x04	/* @crc is set */

/**
 * struct sgz_span - a run of the blob
 * @unit: as in struct sgz_chunk: what the span is a part of
 * @out: offset of its first byte in the decoded unit
 * @start: first byte in the blob
 * @clen: upper bound of the compressed length
 * @ulen: decoded length
 * @crc: CRC-32 of the decoded bytes
 * @number: its number in the index, if it is used
 * @history: offset of its history in &struct sgz_spans.histories
 * @history_clen: compressed bytes there
 * @history_ulen: bytes of history; zero: none
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
	uint32_t crc;
	uint32_t number;
	uint16_t history_clen;
	uint16_t history_ulen;
	uint8_t codec;
	uint8_t bit;
	uint8_t flags;
};

/**
 * struct sgz_span_options - where spans are cut
 * @size: decoded bytes after which a long stream gets a checkpoint; zero:
 *	STARGZ_SPAN_SIZE
 * @member_size: a gzip member of a blob with a table of contents gets checkpoints
 *	if more bytes are decoded from it; zero: @size
 * @no_checkpoints: such members get none
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
 * @list: struct sgz_span, sorted by unit and out; those of one unit follow
 *	one another without a gap
 * @histories: bytes; histories, each raw deflate data
 * @used: how many are used
 * @crossed: how often the content of a file goes on in the next span
 */
struct sgz_spans {
	struct sgz_vec list;
	struct sgz_vec histories;
	uint32_t used;
	uint64_t crossed;
};

/*
 * The content of files that do not overlap goes on in each span once. More than
 * this for each span, and a number that is small in any case, and the index would
 * be as large as the number of files times that of spans.
 */
#define SGZ_SPAN_CROSSED_MAX	16
#define SGZ_CROSSED_MIN		(1u << 20)

/**
 * sgz_spans_of_units() - one span for each unit that the TOC names
 * @spans: filled; zeroed by the caller
 * @ctx: the call
 * @toc: all chunks
 * @codec: how units are decoded
 *
 * Each is bounded by the start of the next one. The bound does not depend on
 * the order of the TOC, nor on which entries are shown: every chunk's unit
 * counts. How long they are decoded comes from the chunks that are used.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_spans_of_units(struct sgz_spans *spans, const struct sgz_context *ctx,
		       const struct sgz_toc *toc, enum stargz_codec codec);

/**
 * sgz_spans_find() - the span that holds a byte
 * @spans: the spans
 * @unit: the unit
 * @inner: offset in the decoded unit
 *
 * Return: the last span of the unit that does not start after @inner, or NULL
 *	if there is none.
 */
struct sgz_span *sgz_spans_find(const struct sgz_spans *spans, uint64_t unit,
				uint64_t inner);

/** sgz_spans_next() - the span of the same unit that follows, or NULL */
struct sgz_span *sgz_spans_next(const struct sgz_spans *spans,
				const struct sgz_span *span);

/**
 * sgz_spans_use() - a file that is shown needs these chunks
 * @spans: filled
 * @ctx: the call
 * @toc: the chunks
 * @file: the file
 *
 * Return: 0, -EUCLEAN if the spans cannot hold that much, or -E2BIG if too many
 *	files share them.
 */
int sgz_spans_use(struct sgz_spans *spans, const struct sgz_context *ctx,
		  const struct sgz_toc *toc, const struct sgz_entry *file);

/**
 * sgz_spans_number() - number the spans in use
 * @spans: all files were given to sgz_spans_use()
 *
 * Of those whose compressed length is only the distance to the next one, it is
 * made as short as the format demands.
 */
void sgz_spans_number(struct sgz_spans *spans);

/**
 * sgz_spans_clen() - may a span that was read have that many compressed bytes?
 * @ctx: the call
 * @codec: what it is, for the error text
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
