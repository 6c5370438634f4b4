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
#include "internal.h"

/* Find the window of a span; 1 if there is one, 0 if there is none. */
static int stargz_window_find(struct super_block *sb, u32 span,
			      struct stargz_window *raw)
{
	struct stargz_cursor cur = STARGZ_CURSOR(sb, STARGZ_TABLE_WINDOWS);
	u64 low = 0, high;
	int ret = 0;

	high = STARGZ_SB(sb)->super.table[STARGZ_TABLE_WINDOWS].count;
	while (!ret && low < high) {
		u64 middle = low + (high - low) / 2;

		ret = stargz_cursor_read(&cur, middle, raw, 1);
		if (ret)
			break;
		if (le32_to_cpu(raw->span) == span)
			ret = 1;
		else if (le32_to_cpu(raw->span) < span)
			low = middle + 1;
		else
			high = middle;
	}
	stargz_cursor_end(&cur);
	return ret;
}

/**
 * stargz_window_load() - bring the history of a span into its stream
 * @sb: the file system
 * @span: its number
 * @strm: gets the history in @window, and the reason of an error; its in_buf
 *	is used on the way
 *
 * Sleeps. Takes folio locks of the index only.
 *
 * Return: 0, also when there is none; -EFSCORRUPTED, or what reading gave.
 */
int stargz_window_load(struct super_block *sb, u32 span,
		       struct stargz_stream *strm)
{
	struct stargz_window raw;
	u32 clen, ulen;
	size_t pos = 0;
	int ret;

	strm->window_len = 0;
	ret = stargz_window_find(sb, span, &raw);
	if (ret <= 0)
		return ret;
	clen = le32_to_cpu(raw.clen);
	ulen = le32_to_cpu(raw.ulen);
	if (!ulen || ulen > STARGZ_WINDOW_SIZE || !clen ||
	    clen > STARGZ_WINDOW_CLEN_MAX) {
		strm->why = "bad size of history window";
		return -EFSCORRUPTED;
	}
	ret = stargz_meta_read(sb, STARGZ_TABLE_WINDOW_DATA,
			       le64_to_cpu(raw.offset), strm->in_buf, clen);
	if (ret)
		return ret;
	stargz_inflate_start(strm->own, strm->in_buf, clen, 0);
	stargz_inflate_dict(strm->own, NULL, 0);
	ret = stargz_inflate_run(strm->own, strm->window, &pos, ulen);
	if (ret == STARGZ_INFLATE_BAD || pos != ulen) {
		strm->why = "damaged history window";
		return -EFSCORRUPTED;
	}
	strm->window_len = ulen;
	return 0;
}
