// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - the history of a span.
 *
 * A span that starts within a gzip member refers to up to 32 KiB of bytes
 * before it. For each such span the index stores these bytes in compressed
 * form. Bytes to which the span never refers are zero.
 *
 * No locks: the stream that receives the history belongs to the caller.
 */
#include <linux/math64.h>

#include "internal.h"

/*
 * Number of interpolated guesses before the search becomes a binary search. In
 * layers with histories nearly all spans have one, so the first guess usually
 * hits the right page and the search reads no other page of the index.
 */
#define STARGZ_HISTORY_GUESSES	6

/* Histories from @low up to @high, of spans from @first up to @end. */
struct stargz_history_range {
	u64 low;
	u64 high;
	u64 first;
	u64 end;
};

/* Where in the range to probe for the history of @span. */
static u64 stargz_history_guess(const struct stargz_history_range *r, u32 span,
				unsigned int tries)
{
	if (tries >= STARGZ_HISTORY_GUESSES)
		return r->low + (r->high - r->low) / 2;
	/* All operands are below 2^32. */
	return r->low + div64_u64((span - r->first) * (r->high - r->low),
				  r->end - r->first);
}

/* The range of all histories. */
static struct stargz_history_range
stargz_history_all(const struct stargz_super_info *super, u32 span)
{
	const struct stargz_table_info *table = super->table;

	return (struct stargz_history_range) {
		/* At most one for each span, whose numbers have 32 bits. */
		.high = min_t(u64, table[STARGZ_TABLE_HISTORIES].count, U32_MAX),
		.end = max(table[STARGZ_TABLE_SPANS].count, span + 1ULL),
	};
}

/* Find the history of a span: 1 found, 0 none, or a negative errno. */
static int stargz_history_find(struct super_block *sb, u32 span,
			       struct stargz_history *raw)
{
	struct stargz_cursor cur = STARGZ_CURSOR(sb, STARGZ_TABLE_HISTORIES);
	struct stargz_history_range r =
		stargz_history_all(&STARGZ_SB(sb)->super, span);
	unsigned int tries;
	int ret = 0;

	/* Invariant: r.first <= @span < r.end. */
	for (tries = 0; !ret && r.low < r.high; tries++) {
		u64 at = stargz_history_guess(&r, span, tries);
		u32 found;

		ret = stargz_cursor_read(&cur, at, raw, 1);
		if (ret)
			break;
		found = le32_to_cpu(raw->span);
		if (found == span) {
			ret = 1;
		} else if (found < span) {
			r.low = at + 1;
			r.first = max(r.first, found + 1ULL);
		} else {
			r.high = at;
			r.end = min_t(u64, r.end, found);
		}
	}
	stargz_cursor_end(&cur);
	return ret;
}

/**
 * stargz_history_prefetch() - start reading the history record of a span
 * @sb: the file system
 * @span: span number
 *
 * Does not wait for I/O.
 */
void stargz_history_prefetch(struct super_block *sb, u32 span)
{
	const struct stargz_history_range r =
		stargz_history_all(&STARGZ_SB(sb)->super, span);

	if (r.low < r.high)
		stargz_meta_prefetch(sb, STARGZ_TABLE_HISTORIES,
				     stargz_history_guess(&r, span, 0), 1);
}

/**
 * stargz_history_load() - load the history of a span into its stream
 * @sb: the file system
 * @span: span number
 * @strm: receives the history in @history, and the reason for an error in @why;
 *	its sink is overwritten
 *
 * Sleeps. Locks folios of the index only.
 *
 * Return: 0, also if the span has no history; -EFSCORRUPTED, or another error
 * of the read.
 */
int stargz_history_load(struct super_block *sb, u32 span,
			struct stargz_stream *strm)
{
	struct stargz_history raw;
	u32 clen, ulen;
	size_t pos = 0;
	int ret;

	strm->history_len = 0;
	ret = stargz_history_find(sb, span, &raw);
	if (ret <= 0)
		return ret;
	strm->why = stargz_check_history(&STARGZ_SB(sb)->super, &raw);
	if (strm->why)
		return -EFSCORRUPTED;
	clen = le32_to_cpu(raw.clen);
	ulen = le32_to_cpu(raw.ulen);
	ret = stargz_meta_read(sb, STARGZ_TABLE_HISTORY_DATA,
			       le64_to_cpu(raw.offset), strm->sink, clen);
	if (ret)
		return ret;
	stargz_inflate_start(strm->own, strm->sink, clen, 0);
	stargz_inflate_dict(strm->own, NULL, 0);
	ret = stargz_inflate_run(strm->own, strm->history, &pos, ulen);
	if (ret == STARGZ_INFLATE_BAD || pos != ulen) {
		strm->why = "damaged history";
		return -EFSCORRUPTED;
	}
	strm->history_len = ulen;
	return 0;
}
