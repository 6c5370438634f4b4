// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - the workers, which all mounts share.
 *
 * There are two workers for each CPU: while one reads, the other decodes. A
 * worker runs tasks until no task is left. Tasks that a reader waits for precede
 * tasks that decode ahead. Mounts take turns, so a mount with many tasks does
 * not delay the others. What a reader has begun and leaves to others runs on a
 * workqueue of its own, because all workers may be waiting for it.
 *
 * Freeing memory may depend on reads, for instance if swap is on a loop device
 * that is backed by a file on stargz. The workqueues therefore have rescuers,
 * which run the tasks if no worker can be created. A task never waits for
 * another task. It waits for streams, for room in the span cache and for spans
 * that are being decoded; the threads that hold these run, or wait for I/O of
 * lower layers. It waits for memory only for as long as reclaim without I/O
 * takes, see owner.c. Bios come from a mempool.
 *
 * Locking: one spinlock protects the lists and counts of all queues. It is held
 * for list operations only, and is innermost except for the lock of a wait
 * queue head.
 */
#include <linux/cpumask.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "internal.h"

#define STARGZ_WORKERS_PER_CPU	2

/**
 * struct stargz_worker - a work item that runs tasks
 * @work: on the workqueue while there are tasks
 * @idle: on the engine's list of idle workers otherwise
 */
struct stargz_worker {
	struct work_struct work;
	struct list_head idle;
};

static struct {
	spinlock_t lock;		/* all lists, also of stargz_queue */
	struct list_head turn[STARGZ_PRIORITIES];	/* queues with tasks */
	struct list_head idle;				/* idle workers */
	struct stargz_worker *workers;
	struct workqueue_struct *workqueue;
	struct workqueue_struct *continued;	/* begun by other tasks */
} stargz_engine;

/* Take the next task; a queue with more tasks goes to the end of its list. */
static struct stargz_task *stargz_engine_next(void)
{
	struct stargz_queue *queue;
	struct stargz_task *task;
	unsigned int i;

	lockdep_assert_held(&stargz_engine.lock);
	for (i = 0; i < STARGZ_PRIORITIES; i++) {
		queue = list_first_entry_or_null(&stargz_engine.turn[i],
						 struct stargz_queue, turn[i]);
		if (!queue)
			continue;
		task = list_first_entry(&queue->tasks[i], struct stargz_task,
					list);
		list_del(&task->list);
		if (list_empty(&queue->tasks[i]))
			list_del_init(&queue->turn[i]);
		else
			list_move_tail(&queue->turn[i], &stargz_engine.turn[i]);
		return task;
	}
	return NULL;
}

/* A task of the queue has ended; the mount may go away now. */
static void stargz_engine_done(struct stargz_queue *queue)
{
	spin_lock(&stargz_engine.lock);
	/* Wake under the lock: the queue may be freed once it is dropped. */
	if (!--queue->held)
		wake_up_all(&queue->idle);
	spin_unlock(&stargz_engine.lock);
}

static void stargz_task_run(struct stargz_task *task)
{
	struct stargz_queue *queue = &task->sbi->queue;
	struct stargz_owner owner = task->owner;
	struct stargz_owner_saved saved;

	stargz_owner_enter(&owner, &saved);
	task->run(task, false);
	stargz_owner_leave(&saved);
	stargz_owner_put(&owner);
	stargz_engine_done(queue);
}

static void stargz_engine_work(struct work_struct *work)
{
	struct stargz_worker *worker =
		container_of(work, struct stargz_worker, work);
	struct stargz_task *task;

	for (;;) {
		spin_lock(&stargz_engine.lock);
		task = stargz_engine_next();
		if (!task)
			list_add(&worker->idle, &stargz_engine.idle);
		spin_unlock(&stargz_engine.lock);
		if (!task)
			return;
		stargz_task_run(task);
		cond_resched();
	}
}

/**
 * stargz_queue_init() - set up the queue of a mount
 * @queue: zeroed
 */
void stargz_queue_init(struct stargz_queue *queue)
{
	unsigned int i;

	for (i = 0; i < STARGZ_PRIORITIES; i++) {
		INIT_LIST_HEAD(&queue->tasks[i]);
		INIT_LIST_HEAD(&queue->turn[i]);
	}
	init_waitqueue_head(&queue->idle);
}

/**
 * stargz_engine_queue() - queue a task for a worker
 * @sbi: the mount, which the caller keeps from being unmounted
 * @task: the task, with @run set; the engine owns it from now on
 * @priority: priority of the task
 *
 * The worker acts on behalf of the caller, see owner.c.
 */
void stargz_engine_queue(struct stargz_sb_info *sbi, struct stargz_task *task,
			 enum stargz_priority priority)
{
	struct stargz_queue *queue = &sbi->queue;
	struct stargz_worker *worker;

	task->sbi = sbi;
	stargz_owner_get(&task->owner);
	spin_lock(&stargz_engine.lock);
	queue->held++;
	list_add_tail(&task->list, &queue->tasks[priority]);
	if (list_empty(&queue->turn[priority]))
		list_add_tail(&queue->turn[priority],
			      &stargz_engine.turn[priority]);
	worker = list_first_entry_or_null(&stargz_engine.idle,
					  struct stargz_worker, idle);
	if (worker)
		list_del_init(&worker->idle);
	spin_unlock(&stargz_engine.lock);
	/*
	 * The worker may still be leaving its work function; the workqueue then
	 * queues it again.
	 */
	if (worker)
		queue_work(stargz_engine.workqueue, &worker->work);
}

static void stargz_engine_continued(struct work_struct *work)
{
	stargz_task_run(container_of(work, struct stargz_task, work));
}

/**
 * stargz_engine_continue() - let a worker continue what the caller began
 * @sbi: the mount, which the caller keeps from being unmounted
 * @task: the task, with @run set; the engine owns it from now on. It may hold a
 *	stream, and waits for no other task
 *
 * Other tasks may wait for this one, so it does not wait for their workers. The
 * number of streams limits the number of such tasks.
 */
void stargz_engine_continue(struct stargz_sb_info *sbi,
			    struct stargz_task *task)
{
	task->sbi = sbi;
	stargz_owner_get(&task->owner);
	spin_lock(&stargz_engine.lock);
	sbi->queue.held++;
	spin_unlock(&stargz_engine.lock);
	INIT_WORK(&task->work, stargz_engine_continued);
	queue_work(stargz_engine.continued, &task->work);
}

/**
 * stargz_engine_drain() - end all tasks of a mount
 * @sbi: the mount; no new tasks are queued for it
 *
 * Drops tasks of %STARGZ_PREFETCH that have not started, and waits for all
 * other tasks. Afterwards no worker refers to the mount.
 *
 * Context: Sleeps.
 */
void stargz_engine_drain(struct stargz_sb_info *sbi)
{
	struct stargz_queue *queue = &sbi->queue;
	struct stargz_task *task, *next;
	LIST_HEAD(dropped);

	spin_lock(&stargz_engine.lock);
	list_splice_init(&queue->tasks[STARGZ_PREFETCH], &dropped);
	list_del_init(&queue->turn[STARGZ_PREFETCH]);
	spin_unlock(&stargz_engine.lock);
	list_for_each_entry_safe(task, next, &dropped, list) {
		stargz_owner_put(&task->owner);
		task->run(task, true);
		stargz_engine_done(queue);
	}
	wait_event(queue->idle, !READ_ONCE(queue->held));
	/* The waker may still hold the lock and use the queue. */
	spin_lock(&stargz_engine.lock);
	spin_unlock(&stargz_engine.lock);
}

/**
 * stargz_engine_init() - create the workqueues and the workers
 *
 * Return: 0 or -ENOMEM.
 */
int __init stargz_engine_init(void)
{
	unsigned int i, n = min_t(unsigned int, WQ_MAX_ACTIVE,
				  STARGZ_WORKERS_PER_CPU * num_online_cpus());

	spin_lock_init(&stargz_engine.lock);
	INIT_LIST_HEAD(&stargz_engine.idle);
	for (i = 0; i < STARGZ_PRIORITIES; i++)
		INIT_LIST_HEAD(&stargz_engine.turn[i]);
	stargz_engine.workers = kcalloc(n, sizeof(*stargz_engine.workers),
					GFP_KERNEL);
	if (!stargz_engine.workers)
		return -ENOMEM;
	stargz_engine.workqueue = alloc_workqueue("stargz", WQ_UNBOUND |
						  WQ_MEM_RECLAIM, n);
	if (!stargz_engine.workqueue) {
		kfree(stargz_engine.workers);
		return -ENOMEM;
	}
	stargz_engine.continued = alloc_workqueue("stargz-rest", WQ_UNBOUND |
						  WQ_MEM_RECLAIM, 0);
	if (!stargz_engine.continued) {
		destroy_workqueue(stargz_engine.workqueue);
		kfree(stargz_engine.workers);
		return -ENOMEM;
	}
	for (i = 0; i < n; i++) {
		INIT_WORK(&stargz_engine.workers[i].work, stargz_engine_work);
		list_add_tail(&stargz_engine.workers[i].idle,
			      &stargz_engine.idle);
	}
	return 0;
}

/**
 * stargz_engine_exit() - free the workqueues and the workers
 *
 * Context: No file system is mounted.
 */
void stargz_engine_exit(void)
{
	destroy_workqueue(stargz_engine.continued);
	destroy_workqueue(stargz_engine.workqueue);
	kfree(stargz_engine.workers);
}
