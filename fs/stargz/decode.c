// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - decoding spans.
 *
 * Brings together the three things that one takes: compressed bytes, in one run
 * of memory or, when there is none, piece by piece; a stream, the state of a
 * decoder, from a pool; and a codec. The output is either complete or not
 * used at all. Of several spans two are decoded at a time, in turns, each on
 * a lane of its own: a CPU does the one while the other waits for a look-up.
 *
 * Locking: stargz_stream_pool.lock, held for list operations only. A stream
 * is owned by whoever took it from the pool.
 */
#include <linux/cpumask.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "internal.h"
#include "trace.h"

/* Streams for each CPU: while two read, two others compute side by side. */
#define STARGZ_STREAMS_PER_CPU	4

/* Compressed bytes of a span, read from its blob piece by piece. */
struct stargz_span_input {
	struct stargz_input in;
	const struct stargz_blob_info *blob;
	u64 pos;
	u64 left;
	void *buf;
};

static int stargz_span_refill(struct stargz_input *in)
{
	struct stargz_span_input *si =
		container_of(in, struct stargz_span_input, in);
	size_t n = min_t(u64, si->left, STARGZ_INPUT_SIZE);
	int err;

	if (n) {
		err = stargz_source_read(si->blob->source,
					 si->blob->start + si->pos, si->buf, n);
		if (err)
			return err;
	}
	in->next = si->buf;
	in->avail = n;
	si->pos += n;
	si->left -= n;
	return 0;
}

/* The refill of an input that has everything from the start. */
static int stargz_no_refill(struct stargz_input *in)
{
	return 0;
}

/**
 * stargz_input_byte() - take one byte
 * @in: the input
 *
 * Return: the byte, -EFSCORRUPTED at the end of the range, or what reading
 * gave.
 */
int stargz_input_byte(struct stargz_input *in)
{
	if (!in->avail) {
		int err = in->refill(in);

		if (err)
			return err;
		if (!in->avail)
			return -EFSCORRUPTED;
	}
	in->avail--;
	return *in->next++;
}

/**
 * stargz_stream_alloc() - make a decoder state
 *
 * Return: the stream, or NULL without memory.
 */
struct stargz_stream *stargz_stream_alloc(void)
{
	struct stargz_stream *strm;
	size_t size;

	strm = kzalloc(sizeof(*strm), GFP_NOFS | __GFP_RETRY_MAYFAIL |
				      __GFP_NOWARN);
	if (!strm)
		return NULL;
	size = max_t(size_t, zlib_inflate_workspacesize(), sizeof(*strm->own));
	strm->workspace = stargz_alloc(size);
	strm->own = strm->workspace;
	strm->in_buf = stargz_alloc(STARGZ_INPUT_SIZE);
	strm->sink = stargz_alloc(STARGZ_SINK_SIZE);
	strm->window = stargz_alloc(STARGZ_WINDOW_SIZE);
	if (!strm->workspace || !strm->in_buf || !strm->sink || !strm->window) {
		stargz_stream_free(strm);
		return NULL;
	}
	/*
	 * Zeroed: a damaged stream may refer to history that was never
	 * written, and must not find somebody's memory there.
	 */
	memset(strm->workspace, 0, size);
	return strm;
}

/**
 * stargz_stream_free() - free a decoder state
 * @strm: the stream
 */
void stargz_stream_free(struct stargz_stream *strm)
{
	kvfree(strm->workspace);
	kvfree(strm->zstd);
	kvfree(strm->in_buf);
	kvfree(strm->sink);
	kvfree(strm->window);
	kfree(strm);
}

/**
 * stargz_pool_init() - set up a pool with its first stream
 * @pool: zeroed
 *
 * The first stream lives as long as the pool, so that reading goes on, one
 * span after the other, when there is no memory for more.
 *
 * Return: 0 or -ENOMEM; stargz_pool_destroy() is needed in both cases.
 */
int stargz_pool_init(struct stargz_stream_pool *pool)
{
	struct stargz_stream *strm;

	spin_lock_init(&pool->lock);
	INIT_LIST_HEAD(&pool->idle);
	init_waitqueue_head(&pool->wait);
	strm = stargz_stream_alloc();
	if (!strm)
		return -ENOMEM;
	list_add(&strm->list, &pool->idle);
	pool->count = 1;
	return 0;
}

/**
 * stargz_pool_destroy() - free all streams
 * @pool: no stream is in use any more; may be zeroed memory
 */
void stargz_pool_destroy(struct stargz_stream_pool *pool)
{
	struct stargz_stream *strm, *next;

	if (!pool->count)
		return;
	list_for_each_entry_safe(strm, next, &pool->idle, list)
		stargz_stream_free(strm);
	pool->count = 0;
}

/* An idle stream, or a new one while there are not too many; or NULL. */
static struct stargz_stream *
stargz_stream_try(struct stargz_stream_pool *pool)
{
	struct stargz_stream *strm;
	bool grow;

	spin_lock(&pool->lock);
	strm = list_first_entry_or_null(&pool->idle, struct stargz_stream,
					list);
	grow = !strm && pool->count <
		STARGZ_STREAMS_PER_CPU * num_online_cpus();
	if (strm)
		list_del(&strm->list);
	else if (grow)
		pool->count++;
	spin_unlock(&pool->lock);
	if (!grow)
		return strm;
	strm = stargz_stream_alloc();
	if (!strm) {
		spin_lock(&pool->lock);
		pool->count--;
		spin_unlock(&pool->lock);
	}
	return strm;
}

/* The same, and wait when there is none. */
static struct stargz_stream *stargz_stream_get(struct stargz_stream_pool *pool)
{
	struct stargz_stream *strm;

	while (!(strm = stargz_stream_try(pool)))
		wait_event(pool->wait, !list_empty_careful(&pool->idle));
	return strm;
}

static void stargz_stream_put(struct stargz_stream_pool *pool,
			      struct stargz_stream *strm)
{
	spin_lock(&pool->lock);
	list_add(&strm->list, &pool->idle);
	spin_unlock(&pool->lock);
	wake_up(&pool->wait);
}

/*
 * Bring compressed bytes and history together, both of which are read at the
 * same time. Sets *@data; NULL, without an error, when there is no memory for
 * the bytes.
 */
static int stargz_decode_prepare(struct super_block *sb,
				 const struct stargz_decode *d,
				 struct stargz_fetch *fetch, const u8 **data)
{
	struct stargz_sb_info *sbi = STARGZ_SB(sb);
	const struct stargz_span *raw = d->raw;
	u32 clen = le32_to_cpu(raw->clen);
	bool missing = !*data;
	int err = 0, window = 0;

	if (missing)
		/* No honest span has more than that, and memory is not ours. */
		err = clen > STARGZ_SPAN_MAX ? -ENOMEM :
		      stargz_fetch_begin(fetch,
					 &sbi->blobs[le16_to_cpu(raw->blob)],
					 le64_to_cpu(raw->start), clen,
					 d->strm->in_buf, STARGZ_INPUT_SIZE);
	if (raw->codec == STARGZ_CODEC_DEFLATE)
		window = stargz_window_load(sb, d->span, d->strm);
	if (missing && !err) {
		err = stargz_fetch_wait(fetch);
		if (!err) {
			stargz_stat_add(sbi, STARGZ_STAT_BYTES_FETCHED, clen);
			*data = fetch->data;
		}
	}
	if (window)
		return window;
	/* The kernel's zstd needs all of a frame in one run. */
	return err == -ENOMEM && raw->codec != STARGZ_CODEC_ZSTD ? 0 : err;
}

/**
 * struct stargz_lane - one of the two decodes that go side by side
 * @strm: its stream, or NULL when there is none for it
 * @d: what is decoded now, or NULL when there is nothing more
 * @g: how far that is
 * @fetch: compressed bytes that were read for it
 * @in: what it is decoded from
 */
struct stargz_lane {
	struct stargz_stream *strm;
	struct stargz_decode *d;
	struct stargz_gzip g;
	struct stargz_fetch fetch;
	struct stargz_input in;
};

/**
 * struct stargz_lanes - spans while they are decoded
 * @sb: the file system
 * @have: compressed bytes in memory, or NULL
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

/* Make the decode of a lane ready to run. */
static void stargz_lane_prepare(struct stargz_lanes *l,
				struct stargz_lane *lane)
{
	struct stargz_sb_info *sbi = STARGZ_SB(l->sb);
	struct stargz_stream *strm = lane->strm;
	struct stargz_decode *d = lane->d;
	const u8 *data = NULL;

	strm->why = NULL;
	strm->ns = 0;
	strm->decoder = READ_ONCE(sbi->decoder);
	d->strm = strm;
	d->in = NULL;
	if (l->have)
		data = stargz_fetched(l->have,
				      &sbi->blobs[le16_to_cpu(d->raw->blob)],
				      le64_to_cpu(d->raw->start),
				      le32_to_cpu(d->raw->clen));
	d->err = stargz_decode_prepare(l->sb, d, &lane->fetch, &data);
	if (!data)
		return;
	lane->in.next = data;
	lane->in.avail = le32_to_cpu(d->raw->clen);
	lane->in.refill = stargz_no_refill;
	d->in = &lane->in;
}

/* Decode a gzip span on its own. */
static void stargz_decode_gzip(struct stargz_lane *lane)
{
	int ret = stargz_gzip_begin(&lane->g, lane->d);

	while (!ret)
		ret = stargz_gzip_run(&lane->g);
	stargz_gzip_end(&lane->g, ret);
}

/* Decode piece by piece, which takes no memory but the stream's. */
static void stargz_decode_pieces(struct stargz_sb_info *sbi,
				 struct stargz_lane *lane)
{
	struct stargz_decode *d = lane->d;
	struct stargz_span_input si = {
		.in.refill = stargz_span_refill,
		.blob = &sbi->blobs[le16_to_cpu(d->raw->blob)],
		.pos = le64_to_cpu(d->raw->start),
		.left = le32_to_cpu(d->raw->clen),
		.buf = d->strm->in_buf,
	};

	d->strm->decoder = STARGZ_DECODER_ZLIB;
	d->in = &si.in;
	stargz_decode_gzip(lane);
	d->in = NULL;
	stargz_stat_add(sbi, STARGZ_STAT_BYTES_FETCHED,
			le32_to_cpu(d->raw->clen) - si.left);
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
	if (d->err != -EINTR)
		stargz_err(sb, "member at byte %llu of blob %u: %s (error %d)",
			   le64_to_cpu(raw->start), le16_to_cpu(raw->blob),
			   strm->why ? strm->why : "cannot be read", -d->err);
}

/* What a lane has decoded is over. */
static void stargz_lane_end(struct stargz_lanes *l, struct stargz_lane *lane)
{
	struct stargz_decode *d = lane->d;

	lane->d = NULL;
	stargz_fetch_free(&lane->fetch);
	stargz_verify_span(d);
	stargz_decode_done(l->sb, d);
	if (d->done)
		d->done(d);
}

/*
 * Begin what is next on a lane that is free; what cannot go side by side with
 * something else is decoded at once.
 */
static void stargz_lane_next(struct stargz_lanes *l, struct stargz_lane *lane)
{
	while (l->left) {
		struct stargz_decode *d = l->next++;
		int ret;

		l->left--;
		/* Time in which we read does not count. */
		stargz_lanes_account(l);
		lane->d = d;
		stargz_lane_prepare(l, lane);
		l->since = ktime_get_ns();
		if (d->err) {
			stargz_lane_end(l, lane);
			continue;
		}
		/* stargz_check_span() let no other codec through. */
		if (!d->in) {
			stargz_decode_pieces(STARGZ_SB(l->sb), lane);
			l->since = ktime_get_ns();
		} else if (d->raw->codec == STARGZ_CODEC_ZSTD) {
			stargz_zstd_decode(d);
		} else if (lane->strm->decoder == STARGZ_DECODER_ZLIB) {
			stargz_decode_gzip(lane);
		} else {
			ret = stargz_gzip_begin(&lane->g, d);
			if (!ret)
				return;
			stargz_gzip_end(&lane->g, ret);
		}
		stargz_lanes_account(l);
		stargz_lane_end(l, lane);
	}
}

/* Go on with what is under way; false when nothing is. */
static bool stargz_lanes_run(struct stargz_lanes *l)
{
	struct stargz_lane *lane = l->lane;
	int ret;

	if (lane[0].d && lane[1].d) {
		if (stargz_gzip_two(&lane[0].g, &lane[1].g) == &lane[1].g)
			lane++;
	} else if (!lane->d) {
		lane++;
	}
	if (!lane->d)
		return false;
	ret = stargz_gzip_run(&lane->g);
	if (!ret)
		return true;
	stargz_lanes_account(l);
	stargz_gzip_end(&lane->g, ret);
	stargz_lane_end(l, lane);
	stargz_lane_next(l, lane);
	return true;
}

/* Is there something that can go side by side with something else? */
static bool stargz_decode_pairs(const struct stargz_sb_info *sbi,
				const struct stargz_decode *d, unsigned int nr)
{
	return nr > 1 && d->raw->codec != STARGZ_CODEC_ZSTD &&
	       READ_ONCE(sbi->decoder) == STARGZ_DECODER_OWN;
}

/**
 * stargz_decode_spans() - decode spans
 * @sb: the file system
 * @d: what is wanted; d->err says of each how it went
 * @nr: how many; several at once take less time than one after the other
 * @have: compressed bytes that are in memory already, or NULL; when a span's
 *	are not among them they are read
 *
 * Sleeps, for I/O and for a stream. Takes no folio lock of a file and waits
 * for nobody who does, so it may be called with folios locked.
 */
void stargz_decode_spans(struct super_block *sb, struct stargz_decode *d,
			 unsigned int nr, const struct stargz_fetch *have)
{
	struct stargz_sb_info *sbi = STARGZ_SB(sb);
	struct stargz_stream_pool *pool = &sbi->pool;
	struct stargz_lanes l = {
		.sb = sb, .have = have, .next = d, .left = nr,
	};
	unsigned int i;

	l.lane[0].strm = stargz_stream_get(pool);
	if (stargz_decode_pairs(sbi, d, nr))
		l.lane[1].strm = stargz_stream_try(pool);
	for (i = 0; i < 2; i++)
		if (l.lane[i].strm)
			stargz_lane_next(&l, &l.lane[i]);
	while (stargz_lanes_run(&l))
		;
	for (i = 0; i < 2; i++)
		if (l.lane[i].strm)
			stargz_stream_put(pool, l.lane[i].strm);
}
