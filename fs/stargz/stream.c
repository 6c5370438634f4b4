// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - streams: decoder states, shared by all mounts.
 *
 * A task must hold a stream to decode, to read compressed bytes or to add to
 * the span cache, see struct stargz_stream. Streams are allocated on demand, up
 * to a number that depends on the number of CPUs, and freed under memory
 * pressure. One stream always remains, so that reading continues span by span
 * when memory is short.
 *
 * The holder of a stream waits for I/O, for folios of the index, for room in
 * the span cache, and for spans that are being decoded, whose decoder holds a
 * stream as well. It never locks a folio of a file and never waits for another
 * stream, so a task may wait for a stream with folios locked. A second stream,
 * for decoding two spans side by side, is taken only if no wait is needed.
 *
 * Locking: stargz_streams.lock, held for list operations only.
 */
#include <linux/cpumask.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <linux/zlib.h>

#include "internal.h"

/* Streams for each CPU: two tasks read while two others decode. */
#define STARGZ_STREAMS_PER_CPU	4

static struct {
	spinlock_t lock;		/* @idle and the counts */
	struct list_head idle;
	unsigned int nr_idle;
	unsigned int made;		/* existing streams, at least one */
	unsigned int count;		/* @made, plus those being allocated */
	unsigned int max;		/* limit of @count */
	wait_queue_head_t wait;
	struct stargz_shrinker shrinker;
} stargz_streams;

/**
 * stargz_stream_alloc() - allocate a decoder state
 *
 * Return: the stream, or NULL if memory is short.
 */
struct stargz_stream *stargz_stream_alloc(void)
{
	struct stargz_stream *strm;
	size_t size;

	strm = kzalloc(sizeof(*strm), GFP_NOIO | __GFP_RETRY_MAYFAIL |
				      __GFP_NOWARN);
	if (!strm)
		return NULL;
	size = max_t(size_t, zlib_inflate_workspacesize(), sizeof(*strm->own));
	strm->workspace = stargz_alloc(size, 0);
	strm->own = strm->workspace;
	strm->in_buf = stargz_alloc(STARGZ_INPUT_SIZE, 0);
	strm->sink = stargz_alloc(STARGZ_SINK_SIZE, 0);
	strm->history = stargz_alloc(STARGZ_HISTORY_SIZE, 0);
	strm->sums = stargz_alloc(STARGZ_SUMS_SIZE, 0);
	if (!strm->workspace || !strm->in_buf || !strm->sink ||
	    !strm->history || !strm->sums) {
		stargz_stream_free(strm);
		return NULL;
	}
	/*
	 * A damaged stream may refer to history that was never written. Zero
	 * the workspace so that it cannot expose the memory of others.
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
	kvfree(strm->history);
	kvfree(strm->sums);
	kfree(strm);
}

/* Take an idle stream; the lock is held. */
static struct stargz_stream *stargz_stream_pop(void)
{
	struct stargz_stream *strm;

	strm = list_first_entry_or_null(&stargz_streams.idle,
					struct stargz_stream, list);
	if (strm) {
		list_del(&strm->list);
		WRITE_ONCE(stargz_streams.nr_idle, stargz_streams.nr_idle - 1);
	}
	return strm;
}

/* Take an idle stream, or a new one within the limit; NULL otherwise. */
static struct stargz_stream *stargz_stream_take(void)
{
	struct stargz_stream *strm;
	bool grow;

	spin_lock(&stargz_streams.lock);
	strm = stargz_stream_pop();
	grow = !strm && stargz_streams.count < stargz_streams.max;
	if (grow)
		stargz_streams.count++;
	spin_unlock(&stargz_streams.lock);
	if (!grow)
		return strm;
	strm = stargz_stream_alloc();
	spin_lock(&stargz_streams.lock);
	if (strm)
		stargz_streams.made++;
	else
		stargz_streams.count--;
	spin_unlock(&stargz_streams.lock);
	return strm;
}

/**
 * stargz_stream_try() - get a stream without waiting
 *
 * For optional work: the caller does not overtake tasks that wait for a stream.
 *
 * Return: a stream for stargz_stream_put(), or NULL.
 */
struct stargz_stream *stargz_stream_try(void)
{
	/* A hint only, no wake-up depends on it: no barrier is needed. */
	return waitqueue_active(&stargz_streams.wait) ? NULL :
						       stargz_stream_take();
}

/* Is retrying useful? A hint, read without the lock. */
static bool stargz_stream_idle(const struct stargz_sb_info *sbi)
{
	return READ_ONCE(stargz_streams.nr_idle) || READ_ONCE(sbi->stopping);
}

/**
 * stargz_stream_get() - get a stream, waiting if necessary
 * @sbi: the mount that needs the stream
 *
 * Sleeps. The caller may hold locked folios of files, but no other stream.
 *
 * Return: a stream for stargz_stream_put(), or NULL if the caller is being
 * killed or the mount goes away.
 */
struct stargz_stream *stargz_stream_get(const struct stargz_sb_info *sbi)
{
	struct stargz_stream *strm;

	/* Each released stream wakes one waiter. */
	while (!(strm = stargz_stream_take())) {
		if (wait_event_killable_exclusive(stargz_streams.wait,
						  stargz_stream_idle(sbi)))
			return NULL;
		if (READ_ONCE(sbi->stopping)) {
			/*
			 * This wake-up may have been for a stream: pass it on.
			 */
			wake_up(&stargz_streams.wait);
			return NULL;
		}
	}
	return strm;
}

/**
 * stargz_streams_stop() - make waiters check whether their mount is stopping
 */
void stargz_streams_stop(void)
{
	wake_up_all(&stargz_streams.wait);
}

/**
 * stargz_stream_put() - release a stream
 * @strm: from stargz_stream_get() or stargz_stream_try()
 */
void stargz_stream_put(struct stargz_stream *strm)
{
	spin_lock(&stargz_streams.lock);
	list_add(&strm->list, &stargz_streams.idle);
	WRITE_ONCE(stargz_streams.nr_idle, stargz_streams.nr_idle + 1);
	spin_unlock(&stargz_streams.lock);
	wake_up(&stargz_streams.wait);
}

/**
 * stargz_streams_count() - number of streams
 *
 * Return: the number of streams, in use or idle.
 */
unsigned int stargz_streams_count(void)
{
	return READ_ONCE(stargz_streams.made);
}

static unsigned long stargz_streams_shrink_count(struct shrinker *shrink,
						 struct shrink_control *sc)
{
	/* One object is a stream; the last stream stays. */
	unsigned int idle = min(READ_ONCE(stargz_streams.nr_idle),
				stargz_streams_count() - 1);

	return idle ? idle : SHRINK_EMPTY;
}

static unsigned long stargz_streams_shrink_scan(struct shrinker *shrink,
						struct shrink_control *sc)
{
	unsigned long freed = 0;

	while (freed < sc->nr_to_scan) {
		struct stargz_stream *strm = NULL;

		spin_lock(&stargz_streams.lock);
		if (stargz_streams.made > 1)
			strm = stargz_stream_pop();
		if (strm) {
			stargz_streams.made--;
			stargz_streams.count--;
		}
		spin_unlock(&stargz_streams.lock);
		if (!strm)
			break;
		stargz_stream_free(strm);
		freed++;
	}
	return freed ? freed : SHRINK_STOP;
}

/**
 * stargz_streams_init() - allocate the first stream
 *
 * Return: 0 or -ENOMEM.
 */
int __init stargz_streams_init(void)
{
	struct stargz_stream *strm = stargz_stream_alloc();
	int err;

	if (!strm)
		return -ENOMEM;
	spin_lock_init(&stargz_streams.lock);
	INIT_LIST_HEAD(&stargz_streams.idle);
	init_waitqueue_head(&stargz_streams.wait);
	stargz_streams.max = STARGZ_STREAMS_PER_CPU * num_online_cpus();
	list_add(&strm->list, &stargz_streams.idle);
	stargz_streams.nr_idle = 1;
	stargz_streams.made = 1;
	stargz_streams.count = 1;
	err = stargz_shrinker_register(&stargz_streams.shrinker, 0,
				       stargz_streams_shrink_count,
				       stargz_streams_shrink_scan,
				       "stargz-streams");
	if (err)
		stargz_stream_free(strm);
	return err;
}

/**
 * stargz_streams_exit() - free all streams
 *
 * Context: No file system is mounted.
 */
void stargz_streams_exit(void)
{
	struct stargz_stream *strm, *next;

	stargz_shrinker_unregister(&stargz_streams.shrinker);
	list_for_each_entry_safe(strm, next, &stargz_streams.idle, list)
		stargz_stream_free(strm);
}
