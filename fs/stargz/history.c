// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - the history before a span.
 *
 * A span that starts within a gzip member refers to bytes before it, up to
 * 32 KiB. The index has them for each such span that does, compressed, those
 * that nothing refers to being zero.
 *
 * No locks: the stream that the history is for belongs to the caller.
 */
#include <linux/math64.h>

#include "internal.h"

/*
 * So many guesses where the history of a span is, before the table is halved.
 * Nearly all spans have a history in layers that have any, so the first guess
 * mostly hits the page, and no other page of the index need be read.
 */
#define STARGZ_HISTORY_GUESSES	6

/* Histories from @low to before @high, of spans from @first to before @end. */
struct stargz_history_range {
	u64 low;
	u64 high;
	u64 first;
	u64 end;
};

/* Where in the range to look for the history of @span. */
static u64 stargz_history_guess(const struct stargz_history_range *r, u32 span,
				unsigned int tries)
{
	if (tries >= STARGZ_HISTORY_GUESSES)
		return r->low + (r->high - r->low) / 2;
	/* All of these are below 2^32. */
	return r->low + div64_u64((span - r->first) * (r->high - r->low),
				  r->end - r->first);
}

/* All histories, and the spans that they may be of. */
static struct stargz_history_range
stargz_history_all(const struct stargz_super_info *super, u32 span)
{
	const struct stargz_table_info *table = super->table;

	return (struct stargz_history_range) {
		/* Spans have one each, and their numbers have 32 bits. */
		.high = min_t(u64, table[STARGZ_TABLE_HISTORIES].count, U32_MAX),
		.end = max(table[STARGZ_TABLE_SPANS].count, span + 1ULL),
	};
}

/* Find the history of a span; 1 if there is one, 0 if there is none. */
static int stargz_history_find(struct super_block *sb, u32 span,
			       struct stargz_history *raw)
{
	struct stargz_cursor cur = STARGZ_CURSOR(sb, STARGZ_TABLE_HISTORIES);
	struct stargz_history_range r =
		stargz_history_all(&STARGZ_SB(sb)->super, span);
	unsigned int tries;
	int ret = 0;

	/* @span is between r.first and r.end from the start, and stays there. */
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
 * stargz_history_prefetch() - have the place of the history of a span read
 * @sb: the file system
 * @span: its number
 *
 * Does not wait for reading.
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
 * stargz_history_load() - bring the history of a span into its stream
 * @sb: the file system
 * @span: its number
 * @strm: gets the history in @history, and the reason of an error; its sink
 *	is used on the way
 *
 * Sleeps. Takes folio locks of the index only.
 *
 * Return: 0, also when there is none; -EFSCORRUPTED, or what reading gave.
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
