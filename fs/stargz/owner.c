// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - on whose behalf work is done.
 *
 * A worker decodes for somebody else. What it allocates is charged to the
 * memory cgroup of that reader, and what it reads from devices is accounted to
 * the reader's block cgroup. The CPU time of a worker is charged to no cgroup: the
 * kernel has no way to charge that of a workqueue. (drivers/block/loop.c does the
 * same for the files behind loop devices. Where such a loop device reads a file of
 * ours, its own worker is taken for the reader: the kernel does not tell modules
 * the block cgroup that the worker acts for.)
 *
 * All memory for reading is allocated without starting I/O (GFP_NOIO). Whoever
 * reads holds locked folios, and perhaps a stream and a share of the span cache,
 * which are for all mounts: reclaim that wrote to swap could need a read of ours,
 * for instance by a loop device, that waits for one of these.
 *
 * No locks: an owner belongs to one task.
 */
#include <linux/cgroup.h>
#include <linux/kthread.h>
#include <linux/memcontrol.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "internal.h"

/**
 * stargz_owner_get() - note on whose behalf the caller works
 * @owner: filled in; stargz_owner_put() is needed
 */
void stargz_owner_get(struct stargz_owner *owner)
{
	owner->memcg = get_mem_cgroup_from_mm(NULL);
	owner->blkcg = NULL;
#ifdef CONFIG_BLK_CGROUP
	owner->blkcg = task_get_css(current, io_cgrp_id);
#endif
}

/**
 * stargz_owner_put() - drop what stargz_owner_get() took
 * @owner: the owner
 */
void stargz_owner_put(struct stargz_owner *owner)
{
	mem_cgroup_put(owner->memcg);
#ifdef CONFIG_BLK_CGROUP
	css_put(owner->blkcg);
#endif
}

/**
 * stargz_owner_enter() - begin to work for an owner
 * @owner: stays until stargz_owner_leave()
 * @saved: filled in, for stargz_owner_leave()
 *
 * In a worker only. Reclaim starts no I/O until the end.
 */
void stargz_owner_enter(const struct stargz_owner *owner,
			struct stargz_owner_saved *saved)
{
	saved->memcg = set_active_memcg(owner->memcg);
	saved->noio = memalloc_noio_save();
	kthread_associate_blkcg(owner->blkcg);
}

/**
 * stargz_owner_leave() - end what stargz_owner_enter() began
 * @saved: what that filled in
 */
void stargz_owner_leave(const struct stargz_owner_saved *saved)
{
	kthread_associate_blkcg(NULL);
	memalloc_noio_restore(saved->noio);
	set_active_memcg(saved->memcg);
}

/**
 * stargz_alloc() - memory that reading can do without
 * @size: bytes
 * @flags: __GFP_ACCOUNT to charge it to whoever is worked for, or 0
 *
 * Starts no I/O, see the top of the file. Without the OOM killer, which that
 * rules out too, the allocator would go on for ever: it gives up here, and the
 * caller has a way that needs no memory.
 *
 * Return: memory for kvfree(), or NULL.
 */
void *stargz_alloc(size_t size, gfp_t flags)
{
	void *p;

	flags |= GFP_NOIO | __GFP_NOWARN;
	p = kmalloc(size, flags | __GFP_NORETRY);
	return p ? p : __vmalloc(size, flags | __GFP_RETRY_MAYFAIL);
}
