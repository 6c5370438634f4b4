// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - streams: the states of decoders, for all mounts together.
 *
 * Whoever decodes, reads compressed bytes or adds to the span cache must hold a
 * stream: see struct stargz_stream. Streams are made when they are needed, up to
 * a number that goes with that of CPUs, and freed under memory pressure; there is
 * always at least one, so that reading goes on, one span after the other, when
 * there is no memory.
 *
 * A holder of a stream waits for I/O, for folios of the index, for room in the
 * span cache, and for spans that are being decoded, whose decoder has a stream
 * as well. It never takes a folio lock of a file and never waits for another
 * stream, so waiting for one is safe with folios locked. For a second one, to
 * decode two spans side by side, nobody waits.
 *
 * Locking: stargz_streams.lock, held for list operations only.
 */
#include <linux/cpumask.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <linux/zlib.h>

#include "internal.h"

/* Streams for each CPU: while two read, two others compute side by side. */
#define STARGZ_STREAMS_PER_CPU	4

static struct {
	spinlock_t lock;		/* @idle and the numbers */
	struct list_head idle;
	unsigned int nr_idle;
	unsigned int made;		/* those that exist, at least one */
	unsigned int count;		/* and those that are being made */
	unsigned int max;		/* of @count */
	wait_queue_head_t wait;
	struct stargz_shrinker shrinker;
} stargz_streams;

/**
 * stargz_stream_alloc() - make a decoder state
 *
 * Return: the stream, or NULL without memory.
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
	if (!strm->workspace || !strm->in_buf || !strm->sink ||
	    !strm->history) {
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
	kvfree(strm->history);
	kfree(strm);
}

/* Take an idle stream; lock held. */
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

/* An idle stream, or a new one while there are not too many; or NULL. */
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
 * stargz_stream_try() - a stream, unless that takes waiting
 *
 * For work that can be left out: it does not get before those who wait.
 *
 * Return: a stream for stargz_stream_put(), or NULL.
 */
struct stargz_stream *stargz_stream_try(void)
{
	/* A hint only: nobody is woken for what is seen here, so no barrier. */
	return waitqueue_active(&stargz_streams.wait) ? NULL :
						       stargz_stream_take();
}

/* Is it of use to look for a stream again? A hint, without the lock. */
static bool stargz_stream_idle(const struct stargz_sb_info *sbi)
{
	return READ_ONCE(stargz_streams.nr_idle) || READ_ONCE(sbi->stopping);
}

/**
 * stargz_stream_get() - a stream, once there is one
 * @sbi: the mount that it is for
 *
 * Sleeps. May be called with folios of files locked, by one who holds no
 * stream.
 *
 * Return: a stream for stargz_stream_put(), or NULL when the caller is being
 * killed or the mount goes away.
 */
struct stargz_stream *stargz_stream_get(const struct stargz_sb_info *sbi)
{
	struct stargz_stream *strm;

	/* One stream that is given back wakes one of those who wait. */
	while (!(strm = stargz_stream_take())) {
		if (wait_event_killable_exclusive(stargz_streams.wait,
						  stargz_stream_idle(sbi)))
			return NULL;
		if (READ_ONCE(sbi->stopping)) {
			/* It may have been woken for a stream. */
			wake_up(&stargz_streams.wait);
			return NULL;
		}
	}
	return strm;
}

/**
 * stargz_streams_stop() - have those who wait look whether their mount stops
 */
void stargz_streams_stop(void)
{
	wake_up_all(&stargz_streams.wait);
}

/**
 * stargz_stream_put() - give a stream back
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
 * stargz_streams_count() - how many streams there are
 *
 * Return: how many, in use or not.
 */
unsigned int stargz_streams_count(void)
{
	return READ_ONCE(stargz_streams.made);
}

static unsigned long stargz_streams_shrink_count(struct shrinker *shrink,
						 struct shrink_control *sc)
{
	/* One object is a stream; the last one stays. */
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
 * stargz_streams_init() - make the first stream
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
 * Nothing is mounted any more.
 */
void stargz_streams_exit(void)
{
	struct stargz_stream *strm, *next;

	stargz_shrinker_unregister(&stargz_streams.shrinker);
	list_for_each_entry_safe(strm, next, &stargz_streams.idle, list)
		stargz_stream_free(strm);
}
