// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - decoding spans.
 *
 * Brings together the three things that one takes: compressed bytes, in one run
 * of memory or, when there is none, piece by piece; a stream; and a codec. The
 * output is either complete or not used at all. Of several spans two are
 * decoded at a time, in turns, each on a lane of its own, if their codec can:
 * a CPU does the one while the other waits for a look-up.
 *
 * A decode runs in slices, each of bounded input and output. Between slices
 * others get the CPU, and it ends if its caller is being killed or the mount is
 * going away. What a request may cost is taken from its budget before a span
 * is begun.
 *
 * Locking: none here. A session and its stream belong to one thread.
 */
#include <linux/ktime.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>

#include "internal.h"
#include "trace.h"

/**
 * stargz_unwanted() - may reading end early?
 * @sb: the file system
 *
 * Return: whether the caller is being killed or the mount goes away.
 */
bool stargz_unwanted(struct super_block *sb)
{
	return fatal_signal_pending(current) ||
	       READ_ONCE(STARGZ_SB(sb)->stopping);
}

/*
 * Take what a span costs from the budget of the request. To begin one costs as
 * much as to decode some, above all when it has a history.
 */
static bool stargz_budget_take(struct stargz_budget *budget,
			       const struct stargz_span *raw)
{
	u32 decoded = max_t(u32, le32_to_cpu(raw->ulen), SZ_64K);

	return atomic64_sub_return(decoded, &budget->decoded) >= 0 &&
	       atomic64_sub_return(le32_to_cpu(raw->clen),
				   &budget->fetched) >= 0;
}

/**
 * stargz_session_start() - become one of those who may decode
 * @session: the session, which may have been started already
 *
 * Sleeps until there is a stream.
 *
 * Return: 0, or -EINTR when the caller is being killed or the mount goes away.
 */
int stargz_session_start(struct stargz_session *session)
{
	if (stargz_unwanted(session->sb))
		return -EINTR;
	if (!session->strm)
		session->strm = stargz_stream_get(STARGZ_SB(session->sb));
	return session->strm ? 0 : -EINTR;
}

/**
 * stargz_session_end() - give back what a session holds
 * @session: the session, which need not have been started
 */
void stargz_session_end(struct stargz_session *session)
{
	stargz_fetch_free(&session->have);
	if (session->strm)
		stargz_stream_put(session->strm);
	session->strm = NULL;
}

/**
 * struct stargz_lane - one of the two decodes that go side by side
 * @strm: its stream, or NULL when there is none for it
 * @d: what is decoded now, or NULL when there is nothing more
 * @codec: of that
 * @fetch: compressed bytes that were read for it
 */
struct stargz_lane {
	struct stargz_stream *strm;
	struct stargz_decode *d;
	const struct stargz_codec_ops *codec;
	struct stargz_fetch fetch;
};

/**
 * struct stargz_lanes - spans while they are decoded
 * @sb: the file system
 * @have: compressed bytes in memory
 * @next: what is to be begun next
 * @left: how many are
 * @since: from when on time has not been accounted for, ns
 * @lane: what is under way
 */
struct stargz_lanes {
	struct super_block *sb;
	const struct stargz_fetch *have;
	struct stargz_decode *next;
	unsigned int left;
	u64 since;
	struct stargz_lane lane[2];
};

/* Share the time since the last call out to what was decoded meanwhile. */
static void stargz_lanes_account(struct stargz_lanes *l)
{
	u64 now = ktime_get_ns(), ns = now - l->since;

	if (l->lane[0].d && l->lane[1].d) {
		ns /= 2;
		l->lane[1].strm->ns += ns;
	}
	if (l->lane[0].d)
		l->lane[0].strm->ns += ns;
	else if (l->lane[1].d)
		l->lane[1].strm->ns += ns;
	l->since = now;
}

static const struct stargz_blob_info *stargz_lane_blob(struct stargz_lanes *l,
						       struct stargz_lane *lane)
{
	return &STARGZ_SB(l->sb)->blobs[le16_to_cpu(lane->d->raw->blob)];
}

/* Have the compressed bytes of a lane read piece by piece. */
static void stargz_lane_pieces(struct stargz_lanes *l, struct stargz_lane *lane)
{
	const struct stargz_span *raw = lane->d->raw;

	/* Our own inflater needs them in one run. */
	lane->strm->decoder = STARGZ_DECODER_ZLIB;
	stargz_input_blob(&lane->d->in, stargz_lane_blob(l, lane),
			  le64_to_cpu(raw->start), le32_to_cpu(raw->clen),
			  lane->strm->in_buf);
}

/*
 * Bring compressed bytes together with whatever else the codec needs, which
 * is read at the same time.
 */
static int stargz_lane_input(struct stargz_lanes *l, struct stargz_lane *lane)
{
	const struct stargz_blob_info *blob = stargz_lane_blob(l, lane);
	struct stargz_decode *d = lane->d;
	u64 start = le64_to_cpu(d->raw->start);
	u32 clen = le32_to_cpu(d->raw->clen);
	const u8 *data = stargz_fetched(l->have, blob, start, clen);
	int err = 0, other = 0;

	if (!data)
		err = stargz_fetch_begin(&lane->fetch, blob, start, clen,
					 lane->strm->in_buf,
					 STARGZ_INPUT_SIZE);
	if (lane->codec->prepare)
		other = lane->codec->prepare(l->sb, d);
	if (!data && !err) {
		err = stargz_fetch_wait(&lane->fetch);
		if (!err) {
			stargz_stat_add(STARGZ_SB(l->sb),
					STARGZ_STAT_BYTES_FETCHED, clen);
			data = lane->fetch.data;
		}
	}
	if (other || (err && err != -ENOMEM))
		return other ? other : err;
	if (err)
		stargz_lane_pieces(l, lane);
	else
		d->in = (struct stargz_input) { .next = data, .avail = clen };
	return 0;
}

/* Make the decode of a lane ready to run. */
static int stargz_lane_prepare(struct stargz_lanes *l, struct stargz_lane *lane)
{
	struct stargz_stream *strm = lane->strm;
	struct stargz_decode *d = lane->d;

	lane->codec = stargz_codec(d->raw);
	strm->why = NULL;
	strm->ns = 0;
	strm->decoder = READ_ONCE(STARGZ_SB(l->sb)->decoder);
	d->strm = strm;
	if (stargz_unwanted(l->sb))
		return -EINTR;
	if (!stargz_budget_take(d->budget, d->raw)) {
		strm->why = "reading here takes too much decoding";
		return -E2BIG;
	}
	return stargz_lane_input(l, lane);
}

static void stargz_verify_span(struct stargz_decode *d)
{
	if (d->err || !(d->raw->flags & STARGZ_SPAN_CRC) ||
	    d->crc == le32_to_cpu(d->raw->crc32))
		return;
	d->strm->why = "checksum of the index differs";
	d->err = -EFSCORRUPTED;
}

/* Count a decode that is over, and log what went wrong. */
static void stargz_decode_done(struct super_block *sb,
			       const struct stargz_decode *d)
{
	struct stargz_sb_info *sbi = STARGZ_SB(sb);
	const struct stargz_stream *strm = d->strm;
	const struct stargz_span *raw = d->raw;

	trace_stargz_decode(sb, d->span, le32_to_cpu(raw->clen),
			    le32_to_cpu(raw->ulen), strm->ns, d->err);
	stargz_stat_add(sbi, STARGZ_STAT_DECODE_NS, strm->ns);
	if (!d->err) {
		stargz_stat_add(sbi, STARGZ_STAT_SPANS_DECODED, 1);
		stargz_stat_add(sbi, STARGZ_STAT_BYTES_INFLATED,
				le32_to_cpu(raw->ulen));
		return;
	}
	if (d->err == -EFSCORRUPTED)
		stargz_stat_add(sbi, STARGZ_STAT_VERIFY_FAILURES, 1);
	/* The one who reads is told of these, if there is one. */
	if (d->err != -EINTR && d->err != -ENOMEM)
		stargz_err(sb, "span at byte %llu of blob %u: %s (error %d)",
			   le64_to_cpu(raw->start), le16_to_cpu(raw->blob),
			   strm->why ? strm->why : "cannot be read", -d->err);
}

/* What a lane has decoded is over. */
static void stargz_lane_end(struct stargz_lanes *l, struct stargz_lane *lane,
			    int err)
{
	struct stargz_decode *d = lane->d;

	lane->d = NULL;
	stargz_fetch_free(&lane->fetch);
	d->err = err;
	stargz_verify_span(d);
	stargz_decode_done(l->sb, d);
	if (d->done)
		d->done(d);
}

/* A codec said how it ended; with one that may be killed in between. */
static void stargz_lane_finish(struct stargz_lanes *l, struct stargz_lane *lane,
			       int ret)
{
	stargz_lanes_account(l);
	stargz_lane_end(l, lane, lane->codec->end(lane->d, min(ret, 0)));
}

/* Between two slices: go on? */
static int stargz_lanes_between(struct stargz_lanes *l)
{
	cond_resched();
	return stargz_unwanted(l->sb) ? -EINTR : 0;
}

/* Can what is on the lane go side by side with another one like it? */
static bool stargz_lane_pairs(const struct stargz_lane *lane)
{
	return lane->codec->pair && stargz_input_whole(&lane->d->in) &&
	       lane->strm->decoder == STARGZ_DECODER_OWN;
}

/*
 * Begin what is next on a lane that is free; what cannot go side by side with
 * something else is decoded at once.
 */
static void stargz_lane_next(struct stargz_lanes *l, struct stargz_lane *lane)
{
	while (l->left) {
		int ret;

		l->left--;
		/* Time in which we read does not count. */
		stargz_lanes_account(l);
		lane->d = l->next++;
		ret = stargz_lane_prepare(l, lane);
		l->since = ktime_get_ns();
		if (ret) {
			stargz_lane_end(l, lane, ret);
			continue;
		}
		ret = lane->codec->begin(lane->d);
		if (!ret && stargz_lane_pairs(lane))
			return;
		while (!ret) {
			ret = lane->codec->run(lane->d);
			if (!ret)
				ret = stargz_lanes_between(l);
		}
		stargz_lane_finish(l, lane, ret);
	}
}

/* Which lane is to go on, after going on with both if there are two. */
static struct stargz_lane *stargz_lanes_pick(struct stargz_lanes *l)
{
	struct stargz_lane *a = &l->lane[0], *b = &l->lane[1];

	if (!a->d)
		return b->d ? b : NULL;
	if (!b->d || a->codec->pair != b->codec->pair)
		return a;
	return a->codec->pair(a->d, b->d) == a->d ? a : b;
}

/* Go on with what is under way; false when nothing is. */
static bool stargz_lanes_run(struct stargz_lanes *l)
{
	struct stargz_lane *lane = stargz_lanes_pick(l);
	int ret;

	if (!lane)
		return false;
	ret = lane->codec->run(lane->d);
	if (!ret)
		ret = stargz_lanes_between(l);
	if (!ret)
		return true;
	stargz_lane_finish(l, lane, ret);
	stargz_lane_next(l, lane);
	return true;
}

/**
 * stargz_decode_spans() - decode spans
 * @session: was started
 * @d: what is wanted; d->err says of each how it went
 * @nr: how many; several at once take less time than one after the other
 *
 * Sleeps for I/O. Takes no folio lock of a file and waits for nobody who does,
 * so it may be called with folios locked.
 */
void stargz_decode_spans(struct stargz_session *session,
			 struct stargz_decode *d, unsigned int nr)
{
	struct stargz_lanes l = {
		.sb = session->sb,
		.have = &session->have,
		.next = d,
		.left = nr,
		.lane[0].strm = session->strm,
	};
	unsigned int i;

	for (i = 0; i < nr; i++)
		d[i].budget = session->budget;
	if (nr > 1 && stargz_codec(d->raw)->pair &&
	    READ_ONCE(STARGZ_SB(l.sb)->decoder) == STARGZ_DECODER_OWN)
		l.lane[1].strm = stargz_stream_try();
	for (i = 0; i < 2; i++)
		if (l.lane[i].strm)
			stargz_lane_next(&l, &l.lane[i]);
	while (stargz_lanes_run(&l))
		;
	if (l.lane[1].strm)
		stargz_stream_put(l.lane[1].strm);
}
