// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - the cache of decoded spans of all mounts.
 *
 * A span is decoded as a whole, but often read in parts: window by window of a
 * large file, or by many small files that share the span. Decoded spans are
 * therefore cached. The first reader of a span decodes it; others wait for the
 * part that they want. A reader that wants only a first part leaves the rest to
 * a worker and goes on. A span is dropped as soon as all its bytes went to the page cache. A
 * damaged span leaves a mark that lasts until unmount.
 *
 * All mounts share one limit. Memory is admitted before it is allocated. If a
 * request does not fit, the oldest idle spans are evicted. If that is not
 * enough, readers queue until others release their spans, and the prefetcher
 * gives up. A single span is always admitted, so that reading works with any
 * limit. The memory of a span is charged to the memory cgroup of the reader
 * that decodes it. The shrinker frees idle spans of the cgroup and the node
 * that are short of memory.
 *
 * The worker for a rest has a stream and waits for nothing but reads of the
 * blob. It has a workqueue of its own, because the workers of the engine may all
 * be waiting for the span.
 *
 * A task that waits for room holds a stream but no span that is being decoded,
 * see stargz_span_claim(). A task that holds admitted memory therefore makes
 * progress: it has a stream as well, or only copies.
 *
 * Locking: stargz_cache.lock protects all state (see internal.h). Its holder
 * does not decode, allocate, free or sleep. The lock of the list_lru nests
 * inside it. The shrinker takes that lock first, so it only tries to take
 * stargz_cache.lock.
 */
#include <linux/hash.h>
#include <linux/list_lru.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <linux/wait_bit.h>

#include "internal.h"

/* The default limit: a fraction of memory, within bounds. */
#define STARGZ_CACHE_SHARE	32
#define STARGZ_CACHE_MIN	SZ_32M
#define STARGZ_CACHE_MAX	SZ_128M

#define STARGZ_CACHE_HASH_BITS	13

/* Largest span of which another task decodes the rest, bytes. */
#define STARGZ_REST_MAX		SZ_4M

/* Maximum number of buffers to evict before the lock is dropped. */
#define STARGZ_CACHE_BATCH	64

/*
 * Memory of a buffer besides its data, rounded up. It also bounds the number of
 * buffers, and therefore the length of hash chains.
 */
#define STARGZ_BUF_OVERHEAD	512

static struct {
	spinlock_t lock;		/* all fields */
	struct hlist_head hash[1 << STARGZ_CACHE_HASH_BITS];
	struct list_head lru;		/* idle, oldest first */
	struct list_lru shrinkable;	/* idle, by node and cgroup */
	u64 bytes;			/* admitted, for all buffers */
	u64 idle_bytes;			/* of the buffers on @lru */
	u64 ahead_bytes;		/* decoded ahead and not requested */
	u64 limit;
	struct list_head waiters;	/* for admission, in order */
	wait_queue_head_t room;		/* where they sleep */
	struct kmem_cache *slab;
	struct stargz_shrinker shrinker;
	bool ready;			/* @shrinkable can be walked */
} stargz_cache;

/*
 * Number of spans of which a worker decodes the rest, at most one for each CPU:
 * each holds a stream, which its reader no longer waits for.
 */
static atomic_t stargz_rests;

/* MiB; 0: the default. Read and written under the parameter lock. */
static unsigned int stargz_cache_mb;

/**
 * stargz_cache_bytes() - memory of decoded spans
 *
 * Return: bytes, of all mounts.
 */
u64 stargz_cache_bytes(void)
{
	return READ_ONCE(stargz_cache.bytes);
}

/**
 * stargz_cache_limit() - limit of the memory of decoded spans
 *
 * Return: bytes. A single span may exceed it.
 */
u64 stargz_cache_limit(void)
{
	return READ_ONCE(stargz_cache.limit);
}

static void stargz_buf_free(struct stargz_span_buf *buf)
{
	kvfree(buf->data);
	stargz_share_drop(&buf->share);
	kmem_cache_free(stargz_cache.slab, buf);
}

static void stargz_bufs_free(struct list_head *dead)
{
	struct stargz_span_buf *buf, *next;

	list_for_each_entry_safe(buf, next, dead, lru)
		stargz_buf_free(buf);
}

/* Upper bound of the memory of a buffer of @len bytes. */
static size_t stargz_buf_bound(u32 len)
{
	size_t data = PAGE_ALIGN(len);

	if (len < PAGE_SIZE)
		data = roundup_pow_of_two(len);
	else if (len <= KMALLOC_MAX_SIZE)
		data = PAGE_SIZE << get_order(len);
	return STARGZ_BUF_OVERHEAD + data;
}

/* Actual memory of a buffer of @len bytes at @data. */
static size_t stargz_buf_size(const void *data, u32 len)
{
	if (is_vmalloc_addr(data))
		return STARGZ_BUF_OVERHEAD + PAGE_ALIGN(len);
	return stargz_buf_bound(len);
}

static struct hlist_head *stargz_cache_bucket(const struct stargz_sb_info *sbi,
					      u32 span)
{
	u64 key = (u64)(unsigned long)sbi + span * GOLDEN_RATIO_64;

	return &stargz_cache.hash[hash_64(key, STARGZ_CACHE_HASH_BITS)];
}

static struct stargz_span_buf *stargz_buf_lookup(struct stargz_sb_info *sbi,
						 u32 span)
{
	struct stargz_span_buf *buf;

	lockdep_assert_held(&stargz_cache.lock);
	hlist_for_each_entry(buf, stargz_cache_bucket(sbi, span), hash)
		if (buf->sbi == sbi && buf->span == span)
			return buf;
	return NULL;
}

/* Return admitted bytes. */
static void stargz_cache_release(struct stargz_sb_info *sbi, size_t bytes)
{
	lockdep_assert_held(&stargz_cache.lock);
	WRITE_ONCE(stargz_cache.bytes, stargz_cache.bytes - bytes);
	WRITE_ONCE(sbi->cache.bytes, sbi->cache.bytes - bytes);
	wake_up_all(&stargz_cache.room);
}

static void stargz_cache_account(struct stargz_sb_info *sbi, size_t bytes)
{
	lockdep_assert_held(&stargz_cache.lock);
	WRITE_ONCE(stargz_cache.bytes, stargz_cache.bytes + bytes);
	WRITE_ONCE(sbi->cache.bytes, sbi->cache.bytes + bytes);
}

static void stargz_buf_asked(struct stargz_span_buf *buf)
{
	if (buf->ahead)
		stargz_cache.ahead_bytes -= buf->size;
	buf->ahead = false;
}

/* Make a buffer unreachable. References keep it alive. */
static void stargz_buf_unhash(struct stargz_span_buf *buf)
{
	lockdep_assert_held(&stargz_cache.lock);
	hlist_del_init(&buf->hash);
	list_del_init(&buf->mount);
	stargz_buf_asked(buf);
	stargz_cache_release(buf->sbi, buf->size);
}

/* Take a reference. */
static void stargz_buf_hold(struct stargz_span_buf *buf)
{
	lockdep_assert_held(&stargz_cache.lock);
	if (!buf->users++) {
		WRITE_ONCE(stargz_cache.idle_bytes,
			   stargz_cache.idle_bytes - buf->size);
		list_del_init(&buf->lru);
		list_lru_del_obj(&stargz_cache.shrinkable, &buf->shrink);
	}
	stargz_buf_asked(buf);
}

/* Move an idle buffer that is not on @shrinkable to @dead. */
static void stargz_buf_bury(struct stargz_span_buf *buf, struct list_head *dead)
{
	WRITE_ONCE(stargz_cache.idle_bytes,
		   stargz_cache.idle_bytes - buf->size);
	list_move(&buf->lru, dead);
	stargz_buf_unhash(buf);
}

/* Move an idle buffer to @dead. */
static void stargz_buf_evict(struct stargz_span_buf *buf,
			     struct list_head *dead)
{
	list_lru_del_obj(&stargz_cache.shrinkable, &buf->shrink);
	stargz_buf_bury(buf, dead);
}

/*
 * Would @bytes fit after evicting all idle buffers? May be called without the
 * lock for a hint.
 */
static bool stargz_cache_fits(u64 bytes)
{
	u64 used = READ_ONCE(stargz_cache.bytes) -
		   READ_ONCE(stargz_cache.idle_bytes);

	return !used || used + bytes <= READ_ONCE(stargz_cache.limit);
}

/*
 * Evict idle buffers until @bytes fit, a limited number at a time: 1 they fit,
 * 0 they cannot fit, -EAGAIN more buffers must be evicted.
 */
static int stargz_cache_make_room(u64 bytes, struct list_head *dead)
{
	unsigned int n;

	lockdep_assert_held(&stargz_cache.lock);
	if (!stargz_cache_fits(bytes))
		return 0;
	for (n = 0; n < STARGZ_CACHE_BATCH; n++) {
		if (!stargz_cache.bytes ||
		    stargz_cache.bytes + bytes <= stargz_cache.limit)
			return 1;
		/* All idle buffers are gone. */
		if (list_empty(&stargz_cache.lru))
			return 0;
		stargz_buf_evict(list_first_entry(&stargz_cache.lru,
						  struct stargz_span_buf, lru),
				 dead);
	}
	return -EAGAIN;
}

/*
 * Evict idle buffers until the limit is kept, a limited number at a time. Keep
 * the only buffer: a single span above the limit stays until another one is
 * admitted, because its next part is probably wanted soon. True if more buffers
 * must be evicted.
 */
static bool stargz_cache_trim(struct list_head *dead)
{
	struct stargz_span_buf *buf;
	unsigned int n;

	lockdep_assert_held(&stargz_cache.lock);
	for (n = 0; stargz_cache.bytes > stargz_cache.limit; n++) {
		buf = list_first_entry_or_null(&stargz_cache.lru,
					       struct stargz_span_buf, lru);
		if (!buf || buf->size == stargz_cache.bytes)
			return false;
		if (n == STARGZ_CACHE_BATCH)
			return true;
		stargz_buf_evict(buf, dead);
	}
	return false;
}

/* Evict idle buffers until the limit is kept. Sleeps. */
static void stargz_cache_shrink(void)
{
	bool more;

	do {
		LIST_HEAD(dead);

		spin_lock(&stargz_cache.lock);
		more = stargz_cache_trim(&dead);
		spin_unlock(&stargz_cache.lock);
		stargz_bufs_free(&dead);
		cond_resched();
	} while (more);
}

/**
 * struct stargz_waiter - a reader that waits for admission
 * @list: on stargz_cache.waiters
 */
struct stargz_waiter {
	struct list_head list;
};

/* Is @me the first waiter? With NULL: are there no waiters? */
static bool stargz_cache_turn(const struct stargz_waiter *me)
{
	const struct list_head *first = READ_ONCE(stargz_cache.waiters.next);

	return first == (me ? &me->list : &stargz_cache.waiters);
}

/* Admit @bytes if they fit now and it is the caller's turn. */
static bool stargz_cache_admit(struct stargz_sb_info *sbi, size_t bytes,
			       enum stargz_claim_how how,
			       const struct stargz_waiter *me)
{
	int ret;

	do {
		LIST_HEAD(dead);

		spin_lock(&stargz_cache.lock);
		ret = stargz_cache_turn(me);
		/* Reserve half of the cache for requested spans. */
		if (how == STARGZ_CLAIM_AHEAD &&
		    stargz_cache.ahead_bytes + bytes > stargz_cache.limit / 2)
			ret = 0;
		if (ret)
			ret = stargz_cache_make_room(bytes, &dead);
		if (ret > 0)
			stargz_cache_account(sbi, bytes);
		spin_unlock(&stargz_cache.lock);
		stargz_bufs_free(&dead);
		cond_resched();
	} while (ret == -EAGAIN);
	return ret;
}

/* Wait for admission: 0, or -EINTR if killed or the mount goes away. */
static int stargz_cache_wait(struct stargz_sb_info *sbi, size_t bytes)
{
	struct stargz_waiter me;
	int err;

	spin_lock(&stargz_cache.lock);
	list_add_tail(&me.list, &stargz_cache.waiters);
	spin_unlock(&stargz_cache.lock);
	do {
		err = wait_event_killable(stargz_cache.room,
					  READ_ONCE(sbi->stopping) ||
					  (stargz_cache_turn(&me) &&
					   stargz_cache_fits(bytes)));
		if (err || READ_ONCE(sbi->stopping)) {
			err = -EINTR;
			break;
		}
	} while (!stargz_cache_admit(sbi, bytes, STARGZ_CLAIM_WAIT, &me));
	spin_lock(&stargz_cache.lock);
	list_del(&me.list);
	/* Let the next waiter check its turn. */
	wake_up_all(&stargz_cache.room);
	spin_unlock(&stargz_cache.lock);
	return err;
}

/**
 * stargz_cache_stop() - make waiters check whether their mount is stopping
 */
void stargz_cache_stop(void)
{
	wake_up_all(&stargz_cache.room);
}

static void stargz_cache_unadmit(struct stargz_sb_info *sbi, size_t bytes)
{
	spin_lock(&stargz_cache.lock);
	stargz_cache_release(sbi, bytes);
	spin_unlock(&stargz_cache.lock);
}

/* Allocate a buffer for a span; @bound bytes were admitted. */
static struct stargz_span_buf *stargz_buf_alloc(struct stargz_sb_info *sbi,
						u32 span, u32 len, size_t bound)
{
	struct stargz_span_buf *buf;

	buf = kmem_cache_alloc_lru(stargz_cache.slab, &stargz_cache.shrinkable,
				   STARGZ_GFP | __GFP_RETRY_MAYFAIL |
				   __GFP_ZERO);
	if (!buf)
		return NULL;
	if (stargz_share_take(&buf->share, bound))
		buf->data = stargz_alloc(len, __GFP_ACCOUNT);
	if (!buf->data) {
		stargz_buf_free(buf);
		return NULL;
	}
	INIT_HLIST_NODE(&buf->hash);
	INIT_LIST_HEAD(&buf->mount);
	INIT_LIST_HEAD(&buf->lru);
	INIT_LIST_HEAD(&buf->shrink);
	buf->sbi = sbi;
	buf->span = span;
	buf->len = len;
	buf->size = min(stargz_buf_size(buf->data, len), bound);
	buf->users = 1;
	return buf;
}

/* Insert @buf; if the span has a buffer already, return that one instead. */
static struct stargz_span_buf *stargz_buf_insert(struct stargz_span_buf *buf,
						 size_t bound, bool ahead)
{
	struct stargz_sb_info *sbi = buf->sbi;
	struct stargz_span_buf *other;

	spin_lock(&stargz_cache.lock);
	other = stargz_buf_lookup(sbi, buf->span);
	if (other) {
		stargz_buf_hold(other);
		stargz_cache_release(sbi, bound);
	} else {
		hlist_add_head(&buf->hash,
			       stargz_cache_bucket(sbi, buf->span));
		list_add(&buf->mount, &sbi->cache.bufs);
		if (bound > buf->size)
			stargz_cache_release(sbi, bound - buf->size);
		buf->ahead = ahead;
		if (ahead)
			stargz_cache.ahead_bytes += buf->size;
	}
	spin_unlock(&stargz_cache.lock);
	return other;
}

/* Find the buffer of a span and take a reference, or NULL. */
static struct stargz_span_buf *stargz_buf_find(struct stargz_sb_info *sbi,
					       u32 span)
{
	struct stargz_span_buf *buf;

	spin_lock(&stargz_cache.lock);
	buf = stargz_buf_lookup(sbi, span);
	if (buf)
		stargz_buf_hold(buf);
	spin_unlock(&stargz_cache.lock);
	return buf;
}

/*
 * Add a buffer for a span. If *@mine is set, the caller must decode it;
 * otherwise another task added the buffer first. Returns an ERR_PTR on failure:
 * -ENOMEM, -EAGAIN there is no room now, -EINTR.
 */
static struct stargz_span_buf *stargz_buf_add(struct stargz_sb_info *sbi,
					      u32 span, u32 ulen,
					      enum stargz_claim_how how,
					      bool *mine)
{
	size_t bound = stargz_buf_bound(ulen);
	struct stargz_span_buf *fresh, *buf;
	int err = 0;

	*mine = false;
	if (!stargz_cache_admit(sbi, bound, how, NULL))
		err = how == STARGZ_CLAIM_WAIT ? stargz_cache_wait(sbi, bound) :
						 -EAGAIN;
	if (err)
		return ERR_PTR(err);
	fresh = stargz_buf_alloc(sbi, span, ulen, bound);
	if (!fresh) {
		stargz_cache_unadmit(sbi, bound);
		return ERR_PTR(-ENOMEM);
	}
	buf = stargz_buf_insert(fresh, bound, how == STARGZ_CLAIM_AHEAD);
	if (buf) {
		stargz_buf_free(fresh);
		return buf;
	}
	*mine = true;
	return fresh;
}

/**
 * stargz_span_known() - ask whether the cache knows a span
 * @sbi: the mount
 * @span: span number
 *
 * Return: true if the span is decoded, being decoded or known to be damaged.
 * The caller should then use stargz_span_get() instead of decoding the span
 * itself.
 */
bool stargz_span_known(struct stargz_sb_info *sbi, u32 span)
{
	bool known;

	spin_lock(&stargz_cache.lock);
	known = stargz_buf_lookup(sbi, span);
	spin_unlock(&stargz_cache.lock);
	return known || stargz_mark_test(&sbi->bad_spans, span);
}

/**
 * stargz_span_claim() - take over the decoding of a span
 * @sbi: the mount
 * @span: span number
 * @ulen: decoded size, bytes
 * @how: behaviour if the cache is full
 *
 * Other readers of the span wait from now on. The caller must therefore hold a
 * stream, and must not wait for these readers before it calls
 * stargz_span_finish(). With %STARGZ_CLAIM_WAIT it must not hold another claim:
 * otherwise callers that wait for each other could hold all memory.
 *
 * Return: a buffer for stargz_span_finish() and then stargz_span_put(); or NULL
 * if another task has the span, it is damaged, there is no room or no memory,
 * or the caller is being killed.
 */
struct stargz_span_buf *stargz_span_claim(struct stargz_sb_info *sbi, u32 span,
					  u32 ulen, enum stargz_claim_how how)
{
	struct stargz_span_buf *buf;
	bool mine;

	if (stargz_span_known(sbi, span))
		return NULL;
	buf = stargz_buf_add(sbi, span, ulen, how, &mine);
	if (mine)
		return buf;
	if (!IS_ERR(buf))
		stargz_span_put(buf, 0);
	return NULL;
}

/* Wake the readers that wait for a buffer. */
static void stargz_buf_wake(struct stargz_span_buf *buf)
{
	/* Order the stores before the look at the wait queue. */
	smp_mb();
	wake_up_var(&buf->ready);
}

/**
 * stargz_span_progress() - report that a part of a span is decoded
 * @buf: from stargz_span_claim()
 * @ready: number of leading bytes of @buf->data that are valid
 *
 * Readers that want no more than that continue.
 */
void stargz_span_progress(struct stargz_span_buf *buf, u32 ready)
{
	if (ready <= buf->ready)
		return;
	/* Pairs with stargz_buf_has(): the bytes before their number. */
	smp_store_release(&buf->ready, ready);
	stargz_buf_wake(buf);
}

/**
 * stargz_span_finish() - report the result of decoding
 * @buf: from stargz_span_claim()
 * @err: 0 if all data was decoded, or a negative errno
 *
 * Drops a failed buffer, so that the next reader tries again. If the span is
 * damaged, marks it instead.
 */
void stargz_span_finish(struct stargz_span_buf *buf, int err)
{
	buf->err = err;
	if (err == -EFSCORRUPTED)
		stargz_mark_set(&buf->sbi->bad_spans, buf->span);
	if (err) {
		spin_lock(&stargz_cache.lock);
		stargz_buf_unhash(buf);
		spin_unlock(&stargz_cache.lock);
	}
	/* Pairs with stargz_buf_has(): the bytes and the error before the end. */
	smp_store_release(&buf->ended, true);
	stargz_buf_wake(buf);
}

/* Are the first @end bytes valid, or will they never be? */
static bool stargz_buf_has(struct stargz_span_buf *buf, u32 end)
{
	/* Pairs with stargz_span_finish(). */
	if (smp_load_acquire(&buf->ended))
		return true;
	/* Pairs with stargz_span_progress(). */
	return smp_load_acquire(&buf->ready) >= end;
}

/* Wait for the first @end bytes. */
static int stargz_buf_wait(struct stargz_span_buf *buf, u32 end)
{
	int err = wait_var_event_killable(&buf->ready,
					  stargz_buf_has(buf, end));

	if (err)
		return -EINTR;
	/* What is valid stays valid, whatever becomes of the rest. */
	if (smp_load_acquire(&buf->ready) >= end)
		return 0;
	return buf->err;
}

/* Decoding */

/**
 * struct stargz_rest - a decode whose first reader has what it wanted
 * @task: runs the rest
 * @solo: the decode
 * @buf: its destination; a reference
 */
struct stargz_rest {
	struct stargz_task task;
	struct stargz_solo solo;
	struct stargz_span_buf *buf;
};

static void stargz_buf_progress(struct stargz_decode *d, u32 ready)
{
	stargz_span_progress(d->data, ready);
}

/* Decode the rest of a span; implements stargz_task.run. */
static void stargz_rest_run(struct stargz_task *task, bool drop)
{
	struct stargz_rest *rest = container_of(task, struct stargz_rest, task);

	stargz_solo_run(&rest->solo, U32_MAX);
	stargz_span_finish(rest->buf, rest->solo.d.err);
	stargz_solo_end(&rest->solo);
	stargz_span_put(rest->buf, 0);
	kfree(rest);
	atomic_dec(&stargz_rests);
}

/**
 * stargz_span_part() - is it useful to stop at a part of a span?
 * @end: number of leading bytes of the span that are wanted
 * @ulen: decoded size of the span
 *
 * A hand-over costs about as much as decoding a piece, and brings nothing if
 * there is no other CPU. The rest of a large span is left to the reader, so that
 * killing the reader ends it.
 *
 * Return: true if the rest should be decoded by another task.
 */
bool stargz_span_part(u32 end, u32 ulen)
{
	return ulen <= STARGZ_REST_MAX && end <= ulen &&
	       ulen - end >= STARGZ_PIECE_SIZE && num_online_cpus() > 1;
}

/* Decode a span into a buffer on which others may wait. */
static void stargz_buf_decode(struct stargz_session *session,
			      const struct stargz_map *map,
			      struct stargz_span_buf *buf)
{
	struct stargz_decode d = {
		.span = map->span,
		.raw = &map->raw,
		.want = { .out = buf->data, .to = buf->len },
		.progress = stargz_buf_progress,
		.data = buf,
	};

	stargz_decode_spans(session, &d, 1);
	stargz_span_finish(buf, d.err);
}

/* Hand a decode that has not ended over to a worker; false if that cannot be. */
static bool stargz_rest_queue(struct stargz_rest *rest)
{
	struct stargz_span_buf *buf = rest->buf;

	if (atomic_inc_return(&stargz_rests) > num_online_cpus() ||
	    !stargz_solo_detach(&rest->solo)) {
		atomic_dec(&stargz_rests);
		return false;
	}
	spin_lock(&stargz_cache.lock);
	stargz_buf_hold(buf);
	spin_unlock(&stargz_cache.lock);
	rest->task.run = stargz_rest_run;
	stargz_engine_continue(buf->sbi, &rest->task);
	return true;
}

/*
 * Decode the first @end bytes of a span into a buffer on which others may wait,
 * and leave the rest to a worker if possible. False if memory is short.
 */
static bool stargz_buf_decode_part(struct stargz_session *session,
				   const struct stargz_map *map,
				   struct stargz_span_buf *buf, u32 end)
{
	struct stargz_rest *rest = kzalloc(sizeof(*rest),
					   STARGZ_GFP | __GFP_NORETRY);
	struct stargz_solo *solo;

	if (!rest)
		return false;
	rest->buf = buf;
	solo = &rest->solo;
	solo->raw = map->raw;
	solo->d = (struct stargz_decode) {
		.span = map->span,
		.want = { .out = buf->data, .to = buf->len },
		.progress = stargz_buf_progress,
		.data = buf,
	};
	if (stargz_solo_begin(solo, session) && stargz_solo_run(solo, end)) {
		if (stargz_rest_queue(rest))
			return true;
		stargz_solo_run(solo, U32_MAX);
	}
	stargz_span_finish(buf, solo->d.err);
	stargz_solo_return(solo, session);
	kfree(rest);
	return true;
}

/* Decode at least the first @end bytes of a span into a buffer. */
static void stargz_buf_fill(struct stargz_session *session,
			    const struct stargz_map *map,
			    struct stargz_span_buf *buf, u32 end)
{
	if (!stargz_span_part(end, buf->len) ||
	    !stargz_buf_decode_part(session, map, buf, end))
		stargz_buf_decode(session, map, buf);
}

/* Get a buffer with a reference; if *@mine is set, the caller decodes it. */
static struct stargz_span_buf *stargz_buf_get(struct stargz_session *session,
					      const struct stargz_map *map,
					      bool *mine)
{
	struct stargz_sb_info *sbi = STARGZ_SB(session->sb);
	struct stargz_span_buf *buf;
	int err;

	*mine = false;
	if (stargz_mark_test(&sbi->bad_spans, map->span))
		return ERR_PTR(-EFSCORRUPTED);
	buf = stargz_buf_find(sbi, map->span);
	if (buf)
		return buf;
	err = stargz_session_start(session);
	if (err)
		return ERR_PTR(err);
	return stargz_buf_add(sbi, map->span, le32_to_cpu(map->raw.ulen),
			      STARGZ_CLAIM_WAIT, mine);
}

/**
 * stargz_span_get() - get a decoded span
 * @session: started if the span must be decoded
 * @map: the extent that is wanted, from stargz_map()
 * @end: number of leading bytes of the span that are wanted; the rest of the
 *	buffer may still be being decoded
 *
 * Sleeps. The caller may hold locked folios and keeps reclaim out of file
 * systems. It must not hold a claim.
 *
 * Return: the buffer, for stargz_span_put(), or an ERR_PTR as in
 * stargz_decode.err.
 */
struct stargz_span_buf *stargz_span_get(struct stargz_session *session,
					const struct stargz_map *map, u32 end)
{
	struct stargz_sb_info *sbi = STARGZ_SB(session->sb);
	struct stargz_span_buf *buf;
	bool mine;
	int err;

	do {
		buf = stargz_buf_get(session, map, &mine);
		if (IS_ERR(buf))
			return buf;
		stargz_stat_add(sbi, mine ? STARGZ_STAT_CACHE_MISSES :
					    STARGZ_STAT_CACHE_HITS, 1);
		if (mine)
			stargz_buf_fill(session, map, buf, end);
		err = stargz_buf_wait(buf, min(end, buf->len));
		/* The index may have changed since the span was decoded. */
		if (!err && (map->offset > buf->len ||
			     map->len > buf->len - map->offset))
			err = -EFSCORRUPTED;
		if (!err)
			return buf;
		stargz_span_put(buf, 0);
		/*
		 * The other task was killed, gave up, or had no budget or no
		 * memory in its cgroup. Try again.
		 */
	} while (!mine && (err == -EINTR || err == -EAGAIN || err == -E2BIG ||
			   err == -ENOMEM) &&
		 !stargz_unwanted(session->sb));
	return ERR_PTR(err);
}

/**
 * stargz_span_put() - release a span
 * @buf: from stargz_span_get() or stargz_span_claim()
 * @delivered: number of its bytes that were copied to the page cache
 */
void stargz_span_put(struct stargz_span_buf *buf, u64 delivered)
{
	LIST_HEAD(dead);
	bool more;

	spin_lock(&stargz_cache.lock);
	buf->delivered += delivered;
	if (!--buf->users) {
		/* From now on the buffer can be reclaimed. */
		stargz_share_drop(&buf->share);
		if (buf->err) {
			list_add(&buf->lru, &dead);
		} else if (buf->delivered >= buf->len) {
			stargz_buf_unhash(buf);
			list_add(&buf->lru, &dead);
		} else {
			list_add_tail(&buf->lru, &stargz_cache.lru);
			WRITE_ONCE(stargz_cache.idle_bytes,
				   stargz_cache.idle_bytes + buf->size);
			list_lru_add_obj(&stargz_cache.shrinkable,
					 &buf->shrink);
			/* Waiters can evict it now. */
			wake_up_all(&stargz_cache.room);
		}
	}
	more = stargz_cache_trim(&dead);
	spin_unlock(&stargz_cache.lock);
	stargz_bufs_free(&dead);
	if (more)
		stargz_cache_shrink();
}

/* The shrinker */

static unsigned long stargz_shrink_count(struct shrinker *shrink,
					 struct shrink_control *sc)
{
	unsigned long n;

	/* Pairs with stargz_cache_init(). */
	if (!smp_load_acquire(&stargz_cache.ready))
		return SHRINK_EMPTY;
	/* One object is a span. */
	n = list_lru_shrink_count(&stargz_cache.shrinkable, sc);
	return n ? n : SHRINK_EMPTY;
}

static enum lru_status stargz_shrink_one(STARGZ_LRU_WALK_ARGS)
{
	struct stargz_span_buf *buf =
		container_of(item, struct stargz_span_buf, shrink);
	struct list_head *dead = arg;

	if (!spin_trylock(&stargz_cache.lock))
		return LRU_SKIP;
	list_lru_isolate(list, item);
	stargz_buf_bury(buf, dead);
	spin_unlock(&stargz_cache.lock);
	return LRU_REMOVED;
}

static unsigned long stargz_shrink_scan(struct shrinker *shrink,
					struct shrink_control *sc)
{
	unsigned long freed;
	LIST_HEAD(dead);

	freed = list_lru_shrink_walk(&stargz_cache.shrinkable, sc,
				     stargz_shrink_one, &dead);
	stargz_bufs_free(&dead);
	return freed;
}

/* Mounts */

/**
 * stargz_cache_add_mount() - initialise the cache state of a mount
 * @cache: zeroed
 */
void stargz_cache_add_mount(struct stargz_mount_cache *cache)
{
	INIT_LIST_HEAD(&cache->bufs);
}

/**
 * stargz_cache_drop_mount() - free all cached spans of a mount
 * @sbi: the mount; none of its spans is in use
 *
 * Sleeps.
 */
void stargz_cache_drop_mount(struct stargz_sb_info *sbi)
{
	struct stargz_span_buf *buf;
	unsigned int n;

	do {
		LIST_HEAD(dead);

		spin_lock(&stargz_cache.lock);
		for (n = 0; n < STARGZ_CACHE_BATCH; n++) {
			if (list_empty(&sbi->cache.bufs))
				break;
			buf = list_first_entry(&sbi->cache.bufs,
					       struct stargz_span_buf, mount);
			stargz_buf_evict(buf, &dead);
		}
		spin_unlock(&stargz_cache.lock);
		stargz_bufs_free(&dead);
		cond_resched();
	} while (n);
}

/* The limit */

static void stargz_cache_set_limit(unsigned int mb)
{
	u64 limit = (u64)mb << 20;

	if (!mb)
		limit = clamp_t(u64, ((u64)totalram_pages() << PAGE_SHIFT) /
				     STARGZ_CACHE_SHARE,
				STARGZ_CACHE_MIN, STARGZ_CACHE_MAX);
	spin_lock(&stargz_cache.lock);
	WRITE_ONCE(stargz_cache.limit, limit);
	wake_up_all(&stargz_cache.room);
	spin_unlock(&stargz_cache.lock);
	stargz_cache_shrink();
}

static int stargz_cache_mb_set(const char *val, const struct kernel_param *kp)
{
	int err = param_set_uint(val, kp);

	/* stargz_cache_init() applies a value that was set earlier. */
	if (!err && smp_load_acquire(&stargz_cache.ready))
		stargz_cache_set_limit(stargz_cache_mb);
	return err;
}

static const struct kernel_param_ops stargz_cache_mb_ops = {
	.set	= stargz_cache_mb_set,
	.get	= param_get_uint,
};
module_param_cb(span_cache_mb, &stargz_cache_mb_ops, &stargz_cache_mb, 0644);
MODULE_PARM_DESC(span_cache_mb, "Most memory for decoded spans of all mounts, MiB (0: 1/32 of memory, 32 to 128)");

/**
 * stargz_cache_init() - set up the cache
 *
 * Return: 0 or -ENOMEM.
 */
int __init stargz_cache_init(void)
{
	int err = -ENOMEM;

	spin_lock_init(&stargz_cache.lock);
	INIT_LIST_HEAD(&stargz_cache.lru);
	INIT_LIST_HEAD(&stargz_cache.waiters);
	init_waitqueue_head(&stargz_cache.room);
	stargz_cache.slab = kmem_cache_create("stargz_span",
					      sizeof(struct stargz_span_buf), 0,
					      SLAB_ACCOUNT |
					      SLAB_RECLAIM_ACCOUNT, NULL);
	if (!stargz_cache.slab)
		return -ENOMEM;
	err = stargz_shrinker_register(&stargz_cache.shrinker,
				       SHRINKER_NUMA_AWARE |
				       SHRINKER_MEMCG_AWARE,
				       stargz_shrink_count, stargz_shrink_scan,
				       "stargz-spans");
	if (err)
		goto out_slab;
	err = list_lru_init_memcg(&stargz_cache.shrinkable,
				  stargz_shrinker_raw(&stargz_cache.shrinker));
	if (err)
		goto out_shrinker;
	stargz_cache_set_limit(stargz_cache_mb);
	/* Pairs with the shrinker, which may walk @shrinkable now. */
	smp_store_release(&stargz_cache.ready, true);
	return 0;

out_shrinker:
	stargz_shrinker_unregister(&stargz_cache.shrinker);
out_slab:
	kmem_cache_destroy(stargz_cache.slab);
	return err;
}

/**
 * stargz_cache_exit() - free the cache
 *
 * Context: No file system is mounted.
 */
void stargz_cache_exit(void)
{
	stargz_shrinker_unregister(&stargz_cache.shrinker);
	list_lru_destroy(&stargz_cache.shrinkable);
	kmem_cache_destroy(stargz_cache.slab);
}
