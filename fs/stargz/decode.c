// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - decoding spans.
 *
 * A decode needs three things: compressed bytes, in one buffer or, if memory is
 * short, in chunks; a stream; and a codec. Its output is either complete or not
 * used at all. If the codec supports pairs, two of several spans are decoded at
 * a time, each on its own lane: the CPU decodes one span while a look-up of the
 * other is pending.
 *
 * A decode runs in slices, each of bounded input and output. Between slices it
 * yields the CPU, and it ends early if its caller is being killed or the mount
 * goes away. The cost of a span is taken from the budget of the request before
 * decoding begins.
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
 * Return: true if the caller is being killed or the mount goes away.
 */
bool stargz_unwanted(struct super_block *sb)
{
	return fatal_signal_pending(current) ||
	       READ_ONCE(STARGZ_SB(sb)->stopping);
}

/**
 * stargz_budget_take() - charge work to the budget of a request
 * @budget: the budget
 * @decoded: bytes to decode or to verify
 * @fetched: compressed bytes to decode, or bytes to read
 *
 * Return: false if the budget is exhausted.
 */
bool stargz_budget_take(struct stargz_budget *budget, u32 decoded, u32 fetched)
{
	return atomic64_sub_return(decoded, &budget->decoded) >= 0 &&
	       atomic64_sub_return(fetched, &budget->fetched) >= 0;
}

/*
 * Charge a span. The fixed cost of a decode, especially of one with a history,
 * counts as 64 KiB.
 */
static bool stargz_budget_span(struct stargz_budget *budget,
			       const struct stargz_span *raw)
{
	return stargz_budget_take(budget,
				  max_t(u32, le32_to_cpu(raw->ulen), SZ_64K),
				  le32_to_cpu(raw->clen));
}

/**
 * stargz_session_start() - get a stream for a session
 * @session: the session, which may have been started already
 *
 * Sleeps until a stream is available.
 *
 * Return: 0, or -EINTR if the caller is being killed or the mount goes away.
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
 * stargz_session_end() - release what a session holds
 * @session: the session, which need not have been started
 */
void stargz_session_end(struct stargz_session *session)
{
	stargz_fetch_free(&session->have);
	if (session->strm)
		stargz_stream_put(session->strm);
	session->strm = NULL;
}

/* Divide the time since the last call among the decodes in progress. */
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

/* Let the codec read the compressed bytes of a lane chunk by chunk. */
static void stargz_lane_pieces(struct stargz_lanes *l, struct stargz_lane *lane)
{
	const struct stargz_span *raw = lane->d->raw;

	/* inflate.c needs all compressed bytes in one buffer. */
	lane->strm->decoder = STARGZ_DECODER_ZLIB;
	stargz_input_blob(&lane->d->in, stargz_lane_blob(l, lane),
			  le64_to_cpu(raw->start), le32_to_cpu(raw->clen),
			  lane->strm->in_buf);
}

/*
 * Read the compressed bytes and, at the same time, the other data that the
 * codec needs.
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
	other = stargz_check_load(l->sb, d);
	if (!other && lane->codec->prepare)
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

/* Prepare the decode of a lane for its first slice. */
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
	if (!stargz_budget_span(d->budget, d->raw)) {
		strm->why = "reading here takes too much decoding";
		return -E2BIG;
	}
	return stargz_lane_input(l, lane);
}

/* Every byte was verified before it counts as decoded. */
static void stargz_verify_span(struct stargz_decode *d)
{
	if (d->err || stargz_check_end(d))
		return;
	d->strm->why = "decoded bytes are missing";
	d->err = -EFSCORRUPTED;
}

/* Account for a decode that ended, and log its error. */
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
	/* Without a reason the index is at fault, which was logged before. */
	if (d->err == -EFSCORRUPTED && !strm->why)
		return;
	if (d->err == -EFSCORRUPTED)
		stargz_stat_add(sbi, STARGZ_STAT_VERIFY_FAILURES, 1);
	/* The reader reports these errors itself. */
	if (d->err != -EINTR && d->err != -ENOMEM)
		stargz_err(sb, "span at byte %llu of blob %u: %s (error %d)",
			   le64_to_cpu(raw->start), le16_to_cpu(raw->blob),
			   strm->why ? strm->why : "cannot be read", -d->err);
}

/* The decode of a lane has ended with @err. */
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

/* The decode of a lane has begun and ended with @ret. */
static void stargz_lane_finish(struct stargz_lanes *l, struct stargz_lane *lane,
			       int ret)
{
	stargz_lanes_account(l);
	stargz_lane_end(l, lane, lane->codec->end(lane->d, min(ret, 0)));
}

/*
 * Between two slices of a lane: tell how far it is, yield the CPU, and check
 * whether to continue.
 */
static int stargz_lanes_between(struct stargz_lanes *l,
				const struct stargz_lane *lane)
{
	struct stargz_decode *d = lane->d;
	u32 ready = d->progress ? stargz_check_ready(d) : 0;

	if (ready)
		d->progress(d, ready);
	cond_resched();
	return stargz_unwanted(l->sb) ? -EINTR : 0;
}

/* Can the decode of the lane run side by side with another one? */
static bool stargz_lane_pairs(const struct stargz_lane *lane)
{
	return lane->codec->pair && stargz_input_whole(&lane->d->in) &&
	       lane->strm->decoder == STARGZ_DECODER_OWN;
}

/*
 * Begin the next decode on a free lane. A decode that cannot run side by side
 * with another runs to its end here.
 */
static void stargz_lane_next(struct stargz_lanes *l, struct stargz_lane *lane)
{
	while (l->left) {
		int ret;

		l->left--;
		/* Do not account the time spent reading. */
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
				ret = stargz_lanes_between(l, lane);
		}
		stargz_lane_finish(l, lane, ret);
	}
}

/* Pick the lane to run next, after decoding both side by side if possible. */
static struct stargz_lane *stargz_lanes_pick(struct stargz_lanes *l)
{
	struct stargz_lane *a = &l->lane[0], *b = &l->lane[1];

	if (!a->d)
		return b->d ? b : NULL;
	if (!b->d || a->codec->pair != b->codec->pair)
		return a;
	return a->codec->pair(a->d, b->d) == a->d ? a : b;
}

/* Run one slice; false if no decode is in progress. */
static bool stargz_lanes_run(struct stargz_lanes *l)
{
	struct stargz_lane *lane = stargz_lanes_pick(l);
	int ret;

	if (!lane)
		return false;
	ret = lane->codec->run(lane->d);
	if (!ret)
		ret = stargz_lanes_between(l, lane);
	if (!ret)
		return true;
	stargz_lane_finish(l, lane, ret);
	stargz_lane_next(l, lane);
	return true;
}

/**
 * stargz_decode_spans() - decode spans
 * @session: a started session
 * @d: the decodes; d->err receives the result of each
 * @nr: number of @d; several at once take less time than one after the other
 *
 * Sleeps for I/O. Locks no folio of a file and waits for no task that does, so
 * it may be called with folios locked.
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

/* A decode that can pause */

/**
 * stargz_solo_begin() - begin to decode a span
 * @solo: zeroed, with the fields that the caller sets
 * @session: a started session, which hands over its stream and bytes; see
 *	stargz_solo_return()
 *
 * Return: true if stargz_solo_run() continues; false if the decode has ended
 * with @solo.d.err.
 */
bool stargz_solo_begin(struct stargz_solo *solo, struct stargz_session *session)
{
	struct stargz_lanes *l = &solo->l;
	struct stargz_lane *lane = &l->lane[0];
	int ret;

	solo->have = session->have;
	memset(&session->have, 0, sizeof(session->have));
	swap(lane->strm, session->strm);
	l->sb = session->sb;
	l->have = &solo->have;
	solo->d.raw = &solo->raw;
	solo->d.budget = session->budget;
	lane->d = &solo->d;
	ret = stargz_lane_prepare(l, lane);
	l->since = ktime_get_ns();
	if (ret) {
		stargz_lane_end(l, lane, ret);
		return false;
	}
	ret = lane->codec->begin(lane->d);
	if (ret)
		stargz_lane_finish(l, lane, ret);
	return !ret;
}

/**
 * stargz_solo_run() - continue until a part of the span is decoded
 * @solo: a decode that has not ended
 * @until: number of leading bytes that must be decoded and verified; U32_MAX:
 *	the whole span
 *
 * Return: true if the decode can continue; false if it has ended with
 * @solo.d.err.
 */
bool stargz_solo_run(struct stargz_solo *solo, u32 until)
{
	struct stargz_lanes *l = &solo->l;
	struct stargz_lane *lane = &l->lane[0];
	int ret = 0;

	l->since = ktime_get_ns();
	while (!ret && stargz_check_ready(&solo->d) < until) {
		ret = lane->codec->run(lane->d);
		if (!ret)
			ret = stargz_lanes_between(l, lane);
	}
	if (ret)
		stargz_lane_finish(l, lane, ret);
	else
		stargz_lanes_account(l);
	return !ret;
}

/**
 * stargz_solo_detach() - make a decode independent of its request
 * @solo: a decode that has not ended
 *
 * Return: true if another task may continue it, with stargz_solo_run() and then
 * stargz_solo_end(); false if this task must.
 */
bool stargz_solo_detach(struct stargz_solo *solo)
{
	const struct stargz_codec_ops *codec = solo->l.lane[0].codec;

	if (codec->locks && codec->locks(&solo->d))
		return false;
	/* All work was charged when the decode began. */
	solo->d.budget = NULL;
	return true;
}

/**
 * stargz_solo_return() - give the stream and the bytes back to the session
 * @solo: a decode that has ended
 * @session: the session with which it began
 */
void stargz_solo_return(struct stargz_solo *solo,
			struct stargz_session *session)
{
	swap(solo->l.lane[0].strm, session->strm);
	session->have = solo->have;
}

/**
 * stargz_solo_end() - release the stream and the bytes
 * @solo: a decode that has ended
 */
void stargz_solo_end(struct stargz_solo *solo)
{
	stargz_fetch_free(&solo->have);
	stargz_stream_put(solo->l.lane[0].strm);
}
