// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - decoding a span.
 *
 * Brings together the three things that takes: compressed bytes, in one run
 * of memory or, when there is none, piece by piece; a stream, the state of a
 * decoder, from a pool; and a codec. The output is either complete or not
 * used at all.
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

/* Streams for each CPU: while one reads, another computes. */
#define STARGZ_STREAMS_PER_CPU	2

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

/* An idle stream, or a new one while there are not too many, or wait. */
static struct stargz_stream *stargz_stream_get(struct stargz_stream_pool *pool)
{
	struct stargz_stream *strm;
	bool grow;

	for (;;) {
		spin_lock(&pool->lock);
		strm = list_first_entry_or_null(&pool->idle,
						struct stargz_stream, list);
		grow = !strm && pool->count <
			STARGZ_STREAMS_PER_CPU * num_online_cpus();
		if (strm)
			list_del(&strm->list);
		else if (grow)
			pool->count++;
		spin_unlock(&pool->lock);
		if (strm)
			return strm;
		if (grow) {
			strm = stargz_stream_alloc();
			if (strm)
				return strm;
			spin_lock(&pool->lock);
			pool->count--;
			spin_unlock(&pool->lock);
		}
		wait_event(pool->wait, !list_empty_careful(&pool->idle));
	}
}

static void stargz_stream_put(struct stargz_stream_pool *pool,
			      struct stargz_stream *strm)
{
	spin_lock(&pool->lock);
	list_add(&strm->list, &pool->idle);
	spin_unlock(&pool->lock);
	wake_up(&pool->wait);
}

/* Decode with all compressed bytes at hand. */
static int stargz_decode_at(struct stargz_stream *strm,
			    const struct stargz_span *raw, const u8 *data,
			    const struct stargz_want *want, u32 *crc)
{
	struct stargz_input in = {
		.next = data,
		.avail = le32_to_cpu(raw->clen),
		.refill = stargz_no_refill,
	};
	u64 start = ktime_get_ns();
	int err;

	/* stargz_check_span() let no other codec through. */
	if (raw->codec == STARGZ_CODEC_ZSTD)
		err = stargz_zstd_decode(strm, &in, raw, want, crc);
	else
		err = stargz_gzip_decode(strm, &in, raw, want, crc);
	strm->ns = ktime_get_ns() - start;
	return err;
}

/* Decode piece by piece, which takes no memory but the stream's. */
static int stargz_decode_pieces(struct stargz_sb_info *sbi,
				struct stargz_stream *strm,
				const struct stargz_span *raw,
				const struct stargz_want *want, u32 *crc)
{
	struct stargz_span_input si = {
		.in.refill = stargz_span_refill,
		.blob = &sbi->blobs[le16_to_cpu(raw->blob)],
		.pos = le64_to_cpu(raw->start),
		.left = le32_to_cpu(raw->clen),
		.buf = strm->in_buf,
	};
	int err;

	strm->decoder = STARGZ_DECODER_ZLIB;
	err = stargz_gzip_decode(strm, &si.in, raw, want, crc);
	stargz_stat_add(sbi, STARGZ_STAT_BYTES_FETCHED,
			le32_to_cpu(raw->clen) - si.left);
	return err;
}

/*
 * Bring compressed bytes and history together, both of which are read at the
 * same time. Sets *@data; NULL, without an error, when there is no memory for
 * the bytes.
 */
static int stargz_decode_prepare(struct super_block *sb, u32 span,
				 struct stargz_stream *strm,
				 const struct stargz_span *raw,
				 struct stargz_fetch *fetch, const u8 **data)
{
	struct stargz_sb_info *sbi = STARGZ_SB(sb);
	u32 clen = le32_to_cpu(raw->clen);
	bool missing = !*data;
	int err = 0, window = 0;

	if (missing)
		/* No honest span has more than that, and memory is not ours. */
		err = clen > STARGZ_SPAN_MAX ? -ENOMEM :
		      stargz_fetch_begin(fetch,
					 &sbi->blobs[le16_to_cpu(raw->blob)],
					 le64_to_cpu(raw->start), clen,
					 strm->in_buf, STARGZ_INPUT_SIZE);
	if (raw->codec == STARGZ_CODEC_DEFLATE)
		window = stargz_window_load(sb, span, strm);
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

static int stargz_decode_from(struct super_block *sb, u32 span,
			      struct stargz_stream *strm,
			      const struct stargz_span *raw,
			      const struct stargz_fetch *have,
			      const struct stargz_want *want, u32 *crc)
{
	struct stargz_sb_info *sbi = STARGZ_SB(sb);
	struct stargz_fetch fetch = {};
	const u8 *data = NULL;
	int err;

	strm->why = NULL;
	strm->ns = 0;
	strm->decoder = READ_ONCE(sbi->decoder);
	if (have)
		data = stargz_fetched(have,
				      &sbi->blobs[le16_to_cpu(raw->blob)],
				      le64_to_cpu(raw->start),
				      le32_to_cpu(raw->clen));
	err = stargz_decode_prepare(sb, span, strm, raw, &fetch, &data);
	if (err)
		goto out;
	if (data)
		err = stargz_decode_at(strm, raw, data, want, crc);
	else
		err = stargz_decode_pieces(sbi, strm, raw, want, crc);
out:
	stargz_fetch_free(&fetch);
	return err;
}

static int stargz_verify_span(struct stargz_stream *strm,
			      const struct stargz_span *raw, u32 crc)
{
	if (!(raw->flags & STARGZ_SPAN_CRC) || crc == le32_to_cpu(raw->crc32))
		return 0;
	strm->why = "checksum of the index differs";
	return -EFSCORRUPTED;
}

/* Count a decode that is over, and log what went wrong. */
static void stargz_decode_done(struct super_block *sb, u32 span,
			       const struct stargz_span *raw,
			       const struct stargz_stream *strm, int err)
{
	struct stargz_sb_info *sbi = STARGZ_SB(sb);

	trace_stargz_decode(sb, span, le32_to_cpu(raw->clen),
			    le32_to_cpu(raw->ulen), strm->ns, err);
	stargz_stat_add(sbi, STARGZ_STAT_DECODE_NS, strm->ns);
	if (!err) {
		stargz_stat_add(sbi, STARGZ_STAT_SPANS_DECODED, 1);
		stargz_stat_add(sbi, STARGZ_STAT_BYTES_INFLATED,
				le32_to_cpu(raw->ulen));
		return;
	}
	if (err == -EFSCORRUPTED)
		stargz_stat_add(sbi, STARGZ_STAT_VERIFY_FAILURES, 1);
	if (err != -EINTR)
		stargz_err(sb, "member at byte %llu of blob %u: %s (error %d)",
			   le64_to_cpu(raw->start), le16_to_cpu(raw->blob),
			   strm->why ? strm->why : "cannot be read", -err);
}

/**
 * stargz_decode_span() - decode a span
 * @sb: the file system
 * @span: its number
 * @raw: its record, checked
 * @have: compressed bytes that are in memory already, or NULL; when the
 *	span's are not among them they are read
 * @want: which of its bytes are wanted, and where; undefined after an error
 *
 * Sleeps, for I/O and for a stream. Takes no folio lock of a file and waits
 * for nobody who does, so it may be called with folios locked.
 *
 * Return: 0, -EFSCORRUPTED the blob is damaged, -EINTR the caller is being
 * killed, -EIO or what reading gave.
 */
int stargz_decode_span(struct super_block *sb, u32 span,
		       const struct stargz_span *raw,
		       const struct stargz_fetch *have,
		       const struct stargz_want *want)
{
	struct stargz_sb_info *sbi = STARGZ_SB(sb);
	struct stargz_stream *strm = stargz_stream_get(&sbi->pool);
	u32 crc;
	int err;

	err = stargz_decode_from(sb, span, strm, raw, have, want, &crc);
	if (!err)
		err = stargz_verify_span(strm, raw, crc);
	stargz_decode_done(sb, span, raw, strm, err);
	stargz_stream_put(&sbi->pool, strm);
	return err;
}
