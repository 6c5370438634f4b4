// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - decoded spans, kept while they are of use.
 *
 * A span is decoded as a whole, but read in pieces: one window of a large
 * file after the other, or many small files that share it. So decoded spans
 * stay for a while, bounded per superblock and given back under memory
 * pressure. Whoever asks first decodes; others wait for the result. A span
 * all of whose bytes went to the page cache is dropped at once. In place of
 * a damaged one a mark stays until unmounting.
 *
 * The xa_lock of stargz_span_cache.spans protects all state (see internal.h);
 * nothing is decoded or freed under it, and nobody sleeps.
 */
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "internal.h"

/*
 * Idle buffers beyond this are freed: room for what is decoded ahead of as
 * many walks as are told apart (see ahead.c), and for some spans that files
 * share. One span of the largest size comes on top, so that a file in large
 * spans is not decoded once for each window.
 */
#define STARGZ_CACHE_BYTES	(STARGZ_RUNS * STARGZ_RUN_BATCHES * SZ_1M + SZ_8M)

/* Folios are locked, and there is a way without the cache: see stargz_alloc(). */
#define STARGZ_GFP_CACHE	(GFP_NOFS | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/* Most spans that are remembered as damaged. */
#define STARGZ_CACHE_BAD	4096

static void stargz_buf_free(struct stargz_span_buf *buf)
{
	kvfree(buf->data);
	kfree(buf);
}

/* What the memory of @len bytes at @data is, which may be more. */
static size_t stargz_data_size(const void *data, u32 len)
{
	if (is_vmalloc_addr(data))
		return PAGE_ALIGN(len);
	/* Below a page the difference is small. */
	return len > PAGE_SIZE ? PAGE_SIZE << get_order(len) : len;
}

static struct stargz_span_buf *stargz_buf_alloc(u32 span, u32 len)
{
	struct stargz_span_buf *buf = kzalloc(sizeof(*buf), STARGZ_GFP_CACHE);

	if (!buf)
		return NULL;
	buf->data = stargz_alloc(len);
	if (!buf->data) {
		kfree(buf);
		return NULL;
	}
	INIT_LIST_HEAD(&buf->lru);
	init_completion(&buf->done);
	buf->span = span;
	buf->len = len;
	buf->size = stargz_data_size(buf->data, len);
	buf->users = 1;
	return buf;
}

/* Take a reference; xa_lock held. */
static void stargz_buf_hold(struct stargz_span_cache *cache,
			    struct stargz_span_buf *buf)
{
	if (!buf->users++ && !list_empty(&buf->lru)) {
		list_del_init(&buf->lru);
		WRITE_ONCE(cache->idle_bytes, cache->idle_bytes - buf->size);
	}
}

/* Make a buffer unreachable; xa_lock held. Users keep it alive. */
static void stargz_buf_unhash(struct stargz_span_cache *cache,
			      struct stargz_span_buf *buf)
{
	__xa_erase(&cache->spans, buf->span);
	WRITE_ONCE(cache->bytes, cache->bytes - buf->size);
}

/* Take the idle buffer that was used longest ago; xa_lock held. */
static struct stargz_span_buf *stargz_buf_evict(struct stargz_span_cache *cache)
{
	struct stargz_span_buf *buf;

	buf = list_first_entry_or_null(&cache->lru, struct stargz_span_buf,
				       lru);
	if (buf) {
		list_del(&buf->lru);
		WRITE_ONCE(cache->idle_bytes, cache->idle_bytes - buf->size);
		stargz_buf_unhash(cache, buf);
	}
	return buf;
}

/* Remember that a span is damaged; xa_lock held. */
static void stargz_mark_bad(struct stargz_span_cache *cache, u32 span)
{
	if (cache->nr_bad == STARGZ_CACHE_BAD ||
	    xa_is_err(__xa_store(&cache->spans, span, xa_mk_value(0),
				 GFP_NOWAIT)))
		return;
	cache->nr_bad++;
}

/*
 * Find the buffer of a span, or add @fresh for it. Returns the buffer with a
 * reference; the caller of whom @fresh comes back must decode it. NULL when
 * there is none and @fresh is NULL, an ERR_PTR when the span is known to be
 * damaged or the cache cannot grow.
 */
static struct stargz_span_buf *stargz_buf_find(struct stargz_span_cache *cache,
					       u32 span,
					       struct stargz_span_buf *fresh)
{
	struct stargz_span_buf *buf;

	xa_lock(&cache->spans);
	buf = xa_load(&cache->spans, span);
	if (!buf && fresh) {
		/* This may drop the lock to allocate, and so find another. */
		buf = __xa_cmpxchg(&cache->spans, span, NULL, fresh,
				   STARGZ_GFP_CACHE);
		if (!buf) {
			WRITE_ONCE(cache->bytes, cache->bytes + fresh->size);
			xa_unlock(&cache->spans);
			return fresh;
		}
	}
	if (xa_is_value(buf))
		buf = ERR_PTR(-EFSCORRUPTED);
	else if (xa_is_err(buf))
		buf = ERR_PTR(xa_err(buf));
	else if (buf)
		stargz_buf_hold(cache, buf);
	xa_unlock(&cache->spans);
	return buf;
}

/* Find the buffer of a span or add one; *@mine: the caller must decode it. */
static struct stargz_span_buf *stargz_buf_take(struct super_block *sb,
					       u32 span, u32 ulen, bool *mine)
{
	struct stargz_sb_info *sbi = STARGZ_SB(sb);
	struct stargz_span_buf *buf, *fresh;

	*mine = false;
	buf = stargz_buf_find(&sbi->cache, span, NULL);
	if (buf)
		return buf;
	fresh = stargz_buf_alloc(span, ulen);
	if (!fresh)
		return ERR_PTR(-ENOMEM);
	buf = stargz_buf_find(&sbi->cache, span, fresh);
	*mine = buf == fresh;
	if (!*mine)
		stargz_buf_free(fresh);
	return buf;
}

/**
 * stargz_span_damaged() - remember that a span cannot be decoded
 * @sb: the file system
 * @span: its number
 *
 * For those who decode without a buffer: from now on readers fail at once.
 */
void stargz_span_damaged(struct super_block *sb, u32 span)
{
	struct stargz_span_cache *cache = &STARGZ_SB(sb)->cache;

	xa_lock(&cache->spans);
	if (!xa_load(&cache->spans, span))
		stargz_mark_bad(cache, span);
	xa_unlock(&cache->spans);
}

/**
 * stargz_span_known() - ask whether the cache knows about a span
 * @sb: the file system
 * @span: its number
 *
 * Return: whether it is decoded, being decoded or known to be damaged, so
 * that stargz_span_get() is better than decoding it oneself.
 */
bool stargz_span_known(struct super_block *sb, u32 span)
{
	return xa_load(&STARGZ_SB(sb)->cache.spans, span);
}

/**
 * stargz_span_claim() - take on the decoding of a span
 * @sb: the file system
 * @span: its number
 * @ulen: decoded size, bytes
 *
 * Others that want the span wait from now on, so the caller must not wait for
 * any of them before it calls stargz_span_finish().
 *
 * Return: a buffer for stargz_span_finish() and then stargz_span_put(), or
 * NULL: somebody else has it, it is damaged, or there is no memory.
 */
struct stargz_span_buf *stargz_span_claim(struct super_block *sb, u32 span,
					  u32 ulen)
{
	struct stargz_span_buf *buf;
	bool mine;

	buf = stargz_buf_take(sb, span, ulen, &mine);
	if (mine)
		return buf;
	if (!IS_ERR(buf))
		stargz_span_put(sb, buf, 0);
	return NULL;
}

/**
 * stargz_span_finish() - say how decoding ended
 * @sb: the file system
 * @buf: from stargz_span_claim()
 * @err: 0 when all of its data is there, or a negative errno
 *
 * A failed buffer is forgotten, so that the next reader tries again, unless
 * that is of no use: then a mark takes its place.
 */
void stargz_span_finish(struct super_block *sb, struct stargz_span_buf *buf,
			int err)
{
	struct stargz_span_cache *cache = &STARGZ_SB(sb)->cache;

	buf->err = err;
	if (err) {
		xa_lock(&cache->spans);
		stargz_buf_unhash(cache, buf);
		if (err == -EFSCORRUPTED)
			stargz_mark_bad(cache, buf->span);
		xa_unlock(&cache->spans);
	}
	complete_all(&buf->done);
}

/* Decode a span into a buffer of which others may be waiting. */
static void stargz_buf_decode(struct super_block *sb,
			      const struct stargz_map *map,
			      const struct stargz_fetch *have,
			      struct stargz_span_buf *buf)
{
	struct stargz_decode d = {
		.span = map->span,
		.raw = &map->raw,
		.want = { .out = buf->data, .to = buf->len },
	};

	stargz_decode_spans(sb, &d, 1, have);
	stargz_span_finish(sb, buf, d.err);
}

/**
 * stargz_span_get() - a decoded span
 * @sb: the file system
 * @map: the span and what of it is wanted, from stargz_map()
 * @have: compressed bytes at hand, or NULL; see stargz_decode_spans()
 *
 * Sleeps. Called with folios locked and reclaim kept out of file systems.
 *
 * Return: the buffer, for stargz_span_put(), or an ERR_PTR: -EFSCORRUPTED the
 * blob is damaged, -EIO, -ENOMEM, -EINTR the caller is being killed.
 */
struct stargz_span_buf *stargz_span_get(struct super_block *sb,
					const struct stargz_map *map,
					const struct stargz_fetch *have)
{
	struct stargz_sb_info *sbi = STARGZ_SB(sb);
	struct stargz_span_buf *buf;
	bool mine;
	int err;

	do {
		buf = stargz_buf_take(sb, map->span,
				      le32_to_cpu(map->raw.ulen), &mine);
		if (IS_ERR(buf))
			return buf;
		stargz_stat_add(sbi, mine ? STARGZ_STAT_CACHE_MISSES :
					    STARGZ_STAT_CACHE_HITS, 1);
		if (mine)
			stargz_buf_decode(sb, map, have, buf);
		wait_for_completion(&buf->done);
		err = buf->err;
		/* The index may have changed since the span was decoded. */
		if (!err && (map->offset > buf->len ||
			     map->len > buf->len - map->offset))
			err = -EFSCORRUPTED;
		if (!err)
			return buf;
		stargz_span_put(sb, buf, 0);
		/* That others were killed or gave up is no reason to fail. */
	} while (!mine && (err == -EINTR || err == -EAGAIN) &&
		 !fatal_signal_pending(current));
	return ERR_PTR(err);
}

/**
 * stargz_span_put() - give a span back
 * @sb: the file system
 * @buf: from stargz_span_get()
 * @delivered: how many of its bytes were copied to the page cache
 */
void stargz_span_put(struct super_block *sb, struct stargz_span_buf *buf,
		     u64 delivered)
{
	struct stargz_span_cache *cache = &STARGZ_SB(sb)->cache;
	struct stargz_span_buf *next;
	LIST_HEAD(dead);

	xa_lock(&cache->spans);
	buf->delivered += delivered;
	if (!--buf->users) {
		if (buf->err) {
			list_add(&buf->lru, &dead);
		} else if (buf->delivered >= buf->len) {
			stargz_buf_unhash(cache, buf);
			list_add(&buf->lru, &dead);
		} else {
			list_add_tail(&buf->lru, &cache->lru);
			WRITE_ONCE(cache->idle_bytes,
				   cache->idle_bytes + buf->size);
		}
	}
	while (cache->bytes > cache->limit) {
		buf = stargz_buf_evict(cache);
		if (!buf)
			break;
		list_add(&buf->lru, &dead);
	}
	xa_unlock(&cache->spans);

	list_for_each_entry_safe(buf, next, &dead, lru)
		stargz_buf_free(buf);
}

static struct stargz_span_cache *stargz_shrink_cache(struct shrinker *shrink)
{
	return container_of(stargz_shrinker_of(shrink),
			    struct stargz_span_cache, shrinker);
}

static unsigned long stargz_shrink_count(struct shrinker *shrink,
					 struct shrink_control *sc)
{
	u64 idle = READ_ONCE(stargz_shrink_cache(shrink)->idle_bytes);

	return idle ? DIV_ROUND_UP_ULL(idle, PAGE_SIZE) : SHRINK_EMPTY;
}

static unsigned long stargz_shrink_scan(struct shrinker *shrink,
					struct shrink_control *sc)
{
	struct stargz_span_cache *cache = stargz_shrink_cache(shrink);
	unsigned long freed = 0;

	while (freed < sc->nr_to_scan) {
		struct stargz_span_buf *buf;

		xa_lock(&cache->spans);
		buf = stargz_buf_evict(cache);
		xa_unlock(&cache->spans);
		if (!buf)
			break;
		freed += DIV_ROUND_UP(buf->size, PAGE_SIZE);
		stargz_buf_free(buf);
	}
	return freed ? freed : SHRINK_STOP;
}

/**
 * stargz_cache_init() - set up a cache
 * @cache: zeroed
 * @max_span: largest decoded span of the file system, bytes
 * @id: name of the file system, for the shrinker's name
 *
 * Return: 0 or -ENOMEM; stargz_cache_destroy() is needed in both cases.
 */
int stargz_cache_init(struct stargz_span_cache *cache, u32 max_span,
		      const char *id)
{
	xa_init(&cache->spans);
	INIT_LIST_HEAD(&cache->lru);
	/* kmalloc() may take twice as much as is asked for, up to that size. */
	cache->limit = STARGZ_CACHE_BYTES + max_span + min(max_span, SZ_4M);
	return stargz_shrinker_register(&cache->shrinker, stargz_shrink_count,
					stargz_shrink_scan, id);
}

/**
 * stargz_cache_destroy() - free everything
 * @cache: no span is in use any more; may be zeroed memory
 */
void stargz_cache_destroy(struct stargz_span_cache *cache)
{
	struct stargz_span_buf *buf;

	if (!cache->limit)
		return;
	stargz_shrinker_unregister(&cache->shrinker);
	xa_lock(&cache->spans);
	while ((buf = stargz_buf_evict(cache))) {
		xa_unlock(&cache->spans);
		stargz_buf_free(buf);
		xa_lock(&cache->spans);
	}
	xa_unlock(&cache->spans);
	xa_destroy(&cache->spans);
}
