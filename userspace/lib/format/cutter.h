/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Cutting a deflate stream into spans, at those starts of blocks and members
 * that need the shortest histories.
 */
#ifndef SGZ_FORMAT_CUTTER_H
#define SGZ_FORMAT_CUTTER_H

#include "format/checkpoint_window.h"
#include "format/sums.h"

/* Candidates are at least this many decoded bytes apart. */
#define SGZ_CUT_GAP	(8u << 10)
/* Distance of candidates from the size of a span: below it, and above. */
#define SGZ_CUT_BELOW	(72u << 10)
#define SGZ_CUT_ABOVE	(256u << 10)
/* Most bytes that sgz_cutter_add() accepts in one call. */
#define SGZ_CUT_STEP	(256u << 10)
/* Most bytes that sgz_cutter_keep() returns. */
#define SGZ_CUT_KEEP	(SGZ_CUT_BELOW + SGZ_CUT_ABOVE + SGZ_CUT_STEP + \
			 2 * SGZ_HISTORY_SIZE)
/* Most candidates that are waiting. */
#define SGZ_CUT_MAX	(SGZ_CUT_KEEP / SGZ_CUT_GAP)

/**
 * struct sgz_place - where a span can start in the blob
 * @end: end of the bytes before it
 * @start: its first byte; one less than @end if both share a byte
 * @bit: first bit in that byte
 * @codec: %STARGZ_CODEC_DEFLATE at a block, %STARGZ_CODEC_GZIP at a member
 */
struct sgz_place {
	uint64_t end;
	uint64_t start;
	uint8_t bit;
	uint8_t codec;
};

/**
 * struct sgz_candidate - a place at which a span may start
 * @place: the place
 * @at: decoded bytes of the unit before it
 * @cost_known: all matches that refer to bytes before it are in @used, and
 *	@cost is set
 * @cost: estimated size of its history in bytes
 * @used: 1 for each byte before it to which a match after it refers
 */
struct sgz_candidate {
	struct sgz_place place;
	uint64_t at;
	bool cost_known;
	uint32_t cost;
	uint8_t used[SGZ_HISTORY_SIZE];
};

/**
 * struct sgz_cutter - spans in progress
 * @ctx: the call
 * @spans: receives the spans
 * @size: wanted decoded size of a span
 * @low: smallest distance of a candidate from the start of the span
 * @high: largest distance, unless there is none that is smaller
 * @span: the current span
 * @in_span: there is a current span
 * @decoded: number of decoded bytes of the unit
 * @summed: number of them that are in the sums of spans
 * @settled: no match refers to bytes before this position
 * @count: number of candidates
 * @list: the candidates, by position
 * @current: the start of the current span, if its history is not stored yet
 * @marked: the candidate whose @used the decoder fills, or NULL
 * @free: candidates that are not in use
 * @free_count: their number
 * @sums: checksums and digests of the current span
 * @packer: compresses histories
 * @pool: memory of all candidates
 */
struct sgz_cutter {
	const struct sgz_context *ctx;
	struct sgz_spans *spans;
	uint32_t size;
	uint64_t low;
	uint64_t high;
	struct sgz_span span;
	bool in_span;
	uint64_t decoded;
	uint64_t summed;
	uint64_t settled;
	size_t count;
	struct sgz_candidate *list[SGZ_CUT_MAX];
	struct sgz_candidate *current;
	struct sgz_candidate *marked;
	struct sgz_candidate *free[SGZ_CUT_MAX + 1];
	size_t free_count;
	struct sgz_sums sums;
	struct sgz_history_packer packer;
	struct sgz_candidate pool[SGZ_CUT_MAX + 1];
};

/**
 * sgz_cutter_open() - start
 * @c: zeroed; must be closed, also after an error
 * @ctx: the call
 * @spans: receives the spans
 * @size: wanted decoded size of a span
 * @unit: unit of the spans
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_cutter_open(struct sgz_cutter *c, const struct sgz_context *ctx,
		    struct sgz_spans *spans, uint32_t size, uint64_t unit);

/**
 * sgz_cutter_wants() - is a place at the current position of interest?
 * @c: the cutter
 * @pos: the position in the blob
 *
 * Return: true if sgz_cutter_place() should be called, should a block start.
 */
bool sgz_cutter_wants(const struct sgz_cutter *c, uint64_t pos);

/** sgz_cutter_next() - decoded bytes before sgz_cutter_wants() may change */
size_t sgz_cutter_next(const struct sgz_cutter *c);

/**
 * sgz_cutter_place() - offer a place at the current position
 * @c: the cutter
 * @place: the place
 * @end: end of the decoded bytes
 *
 * The first place starts a span. If the place becomes a candidate, and it is a
 * block, @c->marked is set to it. The decoder then sets @used for each match
 * that reaches before the place, until @c->marked changes.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_cutter_place(struct sgz_cutter *c, const struct sgz_place *place,
		     const uint8_t *end);

/**
 * sgz_cutter_add() - account for decoded bytes
 * @c: the cutter
 * @end: their end. The bytes of earlier calls are before them in memory, as
 *	many as sgz_cutter_keep() returned
 * @len: their number, at most %SGZ_CUT_STEP
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_cutter_add(struct sgz_cutter *c, const uint8_t *end, size_t len);

/** sgz_cutter_keep() - number of the last decoded bytes that are still needed */
size_t sgz_cutter_keep(const struct sgz_cutter *c);

/** sgz_cutter_certain() - decoded size that the current span has at least */
static inline uint64_t sgz_cutter_certain(const struct sgz_cutter *c)
{
	return c->sums.len;
}

/** sgz_cutter_settle() - later matches do not refer to bytes before this */
void sgz_cutter_settle(struct sgz_cutter *c);

/**
 * sgz_cutter_end() - end the last span
 * @c: the cutter
 * @end: end of the decoded bytes
 * @pos: end of the span in the blob
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_cutter_end(struct sgz_cutter *c, const uint8_t *end, uint64_t pos);

/** sgz_cutter_close() - release */
void sgz_cutter_close(struct sgz_cutter *c);

#endif /* SGZ_FORMAT_CUTTER_H */
