// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - decoded spans, kept while they are of use.
 *
 * A span is decoded as a whole, but read in pieces: one window of a large
 * file after the other, or many small files that share it. So decoded spans
 * stay for a while, bounded per superblock and given back under memory
 * pressure. Whoever asks first decodes; others wait for the result. A span
 * all of whose bytes went to the page cache is dropped at once.
 *
 * The xa_lock of stargz_span_cache.spans protects all state (see internal.h);
 * nothing is allocated, decoded or freed under it.
 */
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "internal.h"

/* Idle buffers beyond this, plus a few of the largest spans, are freed. */
#define STARGZ_CACHE_BYTES	SZ_16M
#define STARGZ_CACHE_SPANS	4

static void stargz_buf_free(struct stargz_span_buf *buf)
{
	kvfree(buf->data);
	kfree(buf);
}

static struct stargz_span_buf *stargz_buf_alloc(u32 span, u32 len)
{
	struct stargz_span_buf *buf = kzalloc(sizeof(*buf), GFP_NOFS);

	if (!buf)
		return NULL;
	/* Our callers are in a memalloc_nofs_save() section. */
	buf->data = kvmalloc(len, GFP_KERNEL | __GFP_NOWARN);
	if (!buf->data) {
		kfree(buf);
		return NULL;
	}
	INIT_LIST_HEAD(&buf->lru);
	init_completion(&buf->done);
	buf->span = span;
	buf->len = len;
	buf->users = 1;
	return buf;
}

/* Take a reference; xa_lock held. */
static void stargz_buf_hold(struct stargz_span_cache *cache,
			    struct stargz_span_buf *buf)
{
	if (!buf->users++ && !list_empty(&buf->lru)) {
		list_del_init(&buf->lru);
		WRITE_ONCE(cache->idle_bytes, cache->idle_bytes - buf->len);
	}
}

/* Make a buffer unreachable; xa_lock held. Users keep it alive. */
static void stargz_buf_unhash(struct stargz_span_cache *cache,
			      struct stargz_span_buf *buf)
{
	__xa_erase(&cache->spans, buf->span);
	cache->bytes -= buf->len;
}

/* Take the idle buffer that was used longest ago; xa_lock held. */
static struct stargz_span_buf *stargz_buf_evict(struct stargz_span_cache *cache)
{
	struct stargz_span_buf *buf;

	buf = list_first_entry_or_null(&cache->lru, struct stargz_span_buf,
				       lru);
	if (buf) {
		list_del(&buf->lru);
		WRITE_ONCE(cache->idle_bytes, cache->idle_bytes - buf->len);
		stargz_buf_unhash(cache, buf);
	}
	return buf;
}

/*
 * Find the buffer of a span, or add @fresh for it. Returns the buffer with a
 * reference; the caller of whom @fresh comes back must decode it. May return
 * NULL when @fresh is, or an ERR_PTR.
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
		buf = __xa_cmpxchg(&cache->spans, span, NULL, fresh, GFP_NOFS);
		if (xa_is_err(buf)) {
			xa_unlock(&cache->spans);
			return ERR_PTR(xa_err(buf));
		}
		if (!buf) {
			cache->bytes += fresh->len;
			xa_unlock(&cache->spans);
			return fresh;
		}
	}
	if (buf)
		stargz_buf_hold(cache, buf);
	xa_unlock(&cache->spans);
	return buf;
}

static void stargz_buf_decode(struct inode *inode,
			      const struct stargz_map *map,
			      struct stargz_span_buf *buf)
{
	struct stargz_span_cache *cache = &STARGZ_SB(inode->i_sb)->cache;

	buf->err = stargz_decode_span(inode, map, buf->data);
	if (buf->err) {
		xa_lock(&cache->spans);
		stargz_buf_unhash(cache, buf);
		xa_unlock(&cache->spans);
	}
	complete_all(&buf->done);
}

/* Find the buffer of a span or make and decode it; a reference or ERR_PTR. */
static struct stargz_span_buf *stargz_span_find(struct inode *inode,
						const struct stargz_map *map)
{
	struct stargz_span_cache *cache = &STARGZ_SB(inode->i_sb)->cache;
	struct stargz_span_buf *buf, *fresh;

	buf = stargz_buf_find(cache, map->span, NULL);
	if (buf)
		return buf;
	fresh = stargz_buf_alloc(map->span, le32_to_cpu(map->raw.ulen));
	if (!fresh)
		return ERR_PTR(-ENOMEM);
	buf = stargz_buf_find(cache, map->span, fresh);
	if (buf == fresh)
		stargz_buf_decode(inode, map, buf);
	else
		stargz_buf_free(fresh);
	return buf;
}

/**
 * stargz_span_get() - a decoded span
 * @inode: for whom; named in error messages
 * @map: the span and what of it is wanted, from stargz_map()
 *
 * Sleeps. Called with folios locked and reclaim kept out of file systems.
 *
 * Return: the buffer, for stargz_span_put(), or an ERR_PTR: -EFSCORRUPTED the
 * blob is damaged, -EIO, -ENOMEM, -EINTR the caller is being killed.
 */
struct stargz_span_buf *stargz_span_get(struct inode *inode,
					const struct stargz_map *map)
{
	struct stargz_span_buf *buf;
	int err;

	do {
		buf = stargz_span_find(inode, map);
		if (IS_ERR(buf))
			return buf;
		wait_for_completion(&buf->done);
		err = buf->err;
		/* The index may have changed since the span was decoded. */
		if (!err && (map->offset > buf->len ||
			     map->len > buf->len - map->offset))
			err = -EFSCORRUPTED;
		if (!err)
			return buf;
		stargz_span_put(inode->i_sb, buf, 0);
		/* Who decoded was killed; that is no reason for us to fail. */
	} while (err == -EINTR && !fatal_signal_pending(current));
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
				   cache->idle_bytes + buf->len);
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
		freed += DIV_ROUND_UP(buf->len, PAGE_SIZE);
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
	cache->limit = STARGZ_CACHE_BYTES + (u64)STARGZ_CACHE_SPANS * max_span;
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
