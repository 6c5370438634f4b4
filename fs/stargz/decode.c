// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - decoding a span.
 *
 * Brings together the three things that takes: compressed bytes, read piece
 * by piece; a stream, the state of a decoder, from a pool of one per CPU; and
 * a codec. The output is either complete or not used at all.
 *
 * Locking: stargz_stream_pool.lock, held for list operations only. A stream
 * is owned by whoever took it from the pool.
 */
#include <linux/cpumask.h>
#include <linux/crc32.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "internal.h"

/* Compressed bytes of a span, read from its blob. */
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
	cond_resched();
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
	struct stargz_stream *strm = kzalloc(sizeof(*strm), GFP_NOFS);

	if (!strm)
		return NULL;
	/*
	 * Zeroed: a damaged stream may refer to history that was never
	 * written, and must not find somebody's memory there.
	 */
	strm->z.workspace = kvzalloc(zlib_inflate_workspacesize(),
				     GFP_KERNEL | __GFP_NOWARN);
	strm->in_buf = kvmalloc(STARGZ_INPUT_SIZE, GFP_KERNEL | __GFP_NOWARN);
	strm->sink = kmalloc(STARGZ_SINK_SIZE, GFP_NOFS);
	if (!strm->z.workspace || !strm->in_buf || !strm->sink) {
		stargz_stream_free(strm);
		return NULL;
	}
	return strm;
}

/**
 * stargz_stream_free() - free a decoder state
 * @strm: the stream
 */
void stargz_stream_free(struct stargz_stream *strm)
{
	kvfree(strm->z.workspace);
	kvfree(strm->in_buf);
	kfree(strm->sink);
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

/* An idle stream, or a new one while there are fewer than CPUs, or wait. */
static struct stargz_stream *stargz_stream_get(struct stargz_stream_pool *pool)
{
	struct stargz_stream *strm;
	bool grow;

	for (;;) {
		spin_lock(&pool->lock);
		strm = list_first_entry_or_null(&pool->idle,
						struct stargz_stream, list);
		grow = !strm && pool->count < num_online_cpus();
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

static int stargz_run_codec(struct stargz_stream *strm,
			    struct stargz_input *in,
			    const struct stargz_span *raw, void *out)
{
	u32 ulen = le32_to_cpu(raw->ulen);
	int err;

	/* stargz_check_span() let no other codec through. */
	err = stargz_gzip_decode(strm, in, out, ulen);
	if (err || !(raw->flags & STARGZ_SPAN_CRC))
		return err;
	if (~crc32_le(~0, out, ulen) != le32_to_cpu(raw->crc32)) {
		strm->why = "checksum of the index differs";
		return -EFSCORRUPTED;
	}
	return 0;
}

/**
 * stargz_decode_span() - decode a span
 * @inode: for whom; named in the message about an error
 * @map: the span, from stargz_map()
 * @out: gets all of the span's decoded bytes; undefined after an error
 *
 * Sleeps, for I/O and for a stream.
 *
 * Return: 0, -EFSCORRUPTED the blob is damaged, -EIO or what reading gave.
 */
int stargz_decode_span(struct inode *inode, const struct stargz_map *map,
		       void *out)
{
	struct stargz_sb_info *sbi = STARGZ_SB(inode->i_sb);
	const struct stargz_span *raw = &map->raw;
	struct stargz_stream *strm = stargz_stream_get(&sbi->pool);
	struct stargz_span_input si = {
		.in.refill = stargz_span_refill,
		.blob = &sbi->blobs[le16_to_cpu(raw->blob)],
		.pos = le64_to_cpu(raw->start),
		.left = le32_to_cpu(raw->clen),
		.buf = strm->in_buf,
	};
	int err;

	strm->why = NULL;
	err = stargz_run_codec(strm, &si.in, raw, out);
	if (err && err != -EINTR)
		stargz_err(inode->i_sb,
			   "inode %u: member at byte %llu of blob %u: %s (error %d)",
			   stargz_ino(inode), le64_to_cpu(raw->start),
			   le16_to_cpu(raw->blob),
			   strm->why ? strm->why : "cannot be read", -err);
	stargz_stream_put(&sbi->pool, strm);
	return err;
}
