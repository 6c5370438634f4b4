// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Decoding spans of gzip members and of the deflate data inside one, with the
 * decoder of the kernel module.
 */
#include <libdeflate.h>

#include "content/span.h"
#include "index/records.h"

/* Decode this many bytes, then add them to the CRC while they are in cache. */
#define SLICE	(64u << 10)

/*
 * Decoder of a gzip stream to memory.
 * @base: start of the history of the current member
 * @pos: end of the decoded bytes
 * @checked: the index has checksums, so those of members are not verified
 * @crc: CRC-32 of the decoded bytes of the member
 * @len: number of these bytes
 */
struct run {
	struct sgz_spanread *r;
	uint32_t nr;
	bool checked;
	uint8_t *base;
	uint8_t *pos;
	uint32_t crc;
	uint64_t len;
};

static int start(struct run *run, unsigned int bit)
{
	struct sgz_gzinput *in = &run->r->in;
	struct stargz_inflate *z = &run->r->inflate;
	int ret = sgz_gzinput_fill(in);

	if (ret)
		return ret;
	if (in->at == in->len)
		return sgz_span_damaged(run->r, run->nr, "cut off");
	stargz_inflate_start(z, in->buf + in->at, in->len - in->at, bit);
	z->more = !in->eof;
	run->base = run->pos;
	run->crc = 0;
	run->len = 0;
	return 0;
}

static int feed(struct run *run)
{
	struct sgz_gzinput *in = &run->r->in;
	int ret;

	in->at = in->len - stargz_inflate_unread(&run->r->inflate);
	ret = sgz_gzinput_fill(in);
	if (!ret)
		stargz_inflate_feed(&run->r->inflate, in->buf + in->at,
				    in->len - in->at, !in->eof);
	return ret;
}

/* Decode up to @end. Returns 1 if the member ends before, 0 at @end. */
static int decode(struct run *run, uint8_t *end)
{
	struct stargz_inflate *z = &run->r->inflate;

	while (run->pos < end) {
		size_t pos = run->pos - run->base, left = end - run->pos;
		enum stargz_inflate_status status;
		uint8_t *from = run->pos;
		int ret;

		status = stargz_inflate_run(z, run->base, &pos, pos +
					    (left < SLICE ? left : SLICE));
		run->pos = run->base + pos;
		run->len += run->pos - from;
		if (!run->checked)
			run->crc = libdeflate_crc32(run->crc, from,
						    run->pos - from);
		switch (status) {
		case STARGZ_INFLATE_FULL:
		case STARGZ_INFLATE_BLOCK:
			break;
		case STARGZ_INFLATE_HUNGRY:
			ret = feed(run);
			if (ret)
				return ret;
			break;
		case STARGZ_INFLATE_END:
			return 1;
		case STARGZ_INFLATE_TRUNCATED:
			return sgz_span_damaged(run->r, run->nr, "cut off");
		case STARGZ_INFLATE_BAD:
			return sgz_span_damaged(run->r, run->nr,
						stargz_inflate_why(z));
		}
	}
	return 0;
}

static int end_member(struct run *run)
{
	struct sgz_gzinput *in = &run->r->in;
	uint32_t crc, len;
	int ret;

	in->at = in->len - stargz_inflate_unread(&run->r->inflate);
	ret = sgz_gzip_trailer(in, &crc, &len);
	if (ret || run->checked)
		return ret;
	if (crc != run->crc)
		return sgz_span_damaged(run->r, run->nr,
					"incorrect data check of a gzip member");
	if (len != (uint32_t)run->len)
		return sgz_span_damaged(run->r, run->nr,
					"incorrect length check of a gzip member");
	return 0;
}

static int begin_member(struct run *run)
{
	int ret = sgz_gzip_header(&run->r->in);

	return ret ? ret : start(run, 0);
}

static int next_member(struct run *run)
{
	struct sgz_gzinput *in = &run->r->in;
	int ret = sgz_gzinput_fill(in);

	if (ret)
		return ret;
	if (in->len - in->at < 2 || memcmp(in->buf + in->at, "\x1f\x8b", 2))
		return sgz_span_damaged(run->r, run->nr, "ends too early");
	return begin_member(run);
}

/* Decode the rest of the member after the span, only for its checksum. */
static int drain_member(struct run *run)
{
	uint8_t *tail = run->r->tail;
	size_t keep = run->pos - run->base;
	int ret;

	do {
		if (keep > STARGZ_HISTORY_SIZE)
			keep = STARGZ_HISTORY_SIZE;
		memmove(tail, run->pos - keep, keep);
		run->base = tail;
		run->pos = tail + keep;
		ret = decode(run, tail + sizeof(run->r->tail));
		keep = run->pos - run->base;
	} while (!ret);
	return ret < 0 ? ret : end_member(run);
}

/* Load the history of a span from the index, if it has one. */
static int load_history(struct sgz_spanread *r, uint32_t nr, size_t *len)
{
	const struct sgz_index *index = r->index;
	uint64_t low = 0, high = index->table[STARGZ_TABLE_HISTORIES].count;
	const struct stargz_history *w;
	size_t pos = 0;

	*len = 0;
	while (low < high) {
		uint64_t mid = low + (high - low) / 2;

		if (le32toh(sgz_history_record(index, mid)->span) < nr)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == index->table[STARGZ_TABLE_HISTORIES].count)
		return 0;
	w = sgz_history_record(index, low);
	if (le32toh(w->span) != nr)
		return 0;
	*len = le32toh(w->ulen);
	stargz_inflate_start(&r->inflate,
			     (uint8_t *)index->table[STARGZ_TABLE_HISTORY_DATA]
			     .data + le64toh(w->offset), le32toh(w->clen), 0);
	while (pos < *len)
		if (stargz_inflate_run(&r->inflate, r->history, &pos, *len) !=
		    STARGZ_INFLATE_FULL)
			break;
	if (pos < *len)
		return sgz_span_damaged(r, nr, "its history is damaged");
	return 0;
}

static int begin(struct run *run, const struct stargz_span *span)
{
	struct sgz_spanread *r = run->r;
	size_t len;
	int ret;

	if (span->codec == STARGZ_CODEC_GZIP)
		return begin_member(run);
	ret = load_history(r, run->nr, &len);
	if (!ret)
		ret = start(run, span->flags & STARGZ_SPAN_BIT_MASK);
	stargz_inflate_dict(&r->inflate, len ? r->history : NULL, len);
	return ret;
}

int sgz_span_gzip(struct sgz_spanread *r, uint32_t nr, uint8_t *data)
{
	const struct stargz_span *span = sgz_span(r->index, nr);
	uint64_t at = le64toh(span->start);
	uint8_t *end = data + le32toh(span->ulen);
	struct run run = {
		.r = r,
		.nr = nr,
		.checked = span->flags & STARGZ_SPAN_CHECKED,
		.pos = data,
	};
	int ret;

	sgz_gzinput_open(&r->in, r->ctx, &r->blobs[le16toh(span->blob)], at,
			 at + le32toh(span->clen));
	ret = begin(&run, span);
	while (!ret) {
		ret = decode(&run, end);
		if (ret < 0)
			return ret;
		if (ret)
			ret = end_member(&run);
		else if (!run.checked)
			return drain_member(&run);
		if (ret || run.pos == end)
			return ret;
		ret = next_member(&run);
	}
	return ret;
}
