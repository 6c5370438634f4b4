// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - the cgroups on whose behalf a worker runs.
 *
 * A worker decodes for a reader. It charges its allocations to the memory
 * cgroup of that reader, and accounts its device reads to the reader's block
 * cgroup. No cgroup is charged for the CPU time of a worker: the kernel cannot
 * charge the CPU time of a workqueue. (drivers/block/loop.c does the same for
 * the files behind loop devices. If such a loop device reads a file on stargz,
 * its worker counts as the reader, because the kernel does not tell modules the
 * block cgroup that the worker acts for.)
 *
 * Allocations for reading never start I/O (GFP_NOIO). The reader holds locked
 * folios, and perhaps a stream and a share of the span cache, which all mounts
 * share. Reclaim that wrote to swap could depend on a read of stargz, for
 * instance through a loop device, and that read could wait for one of these.
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
 * stargz_owner_get() - take references to the cgroups of the caller
 * @owner: filled in; must be released with stargz_owner_put()
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
 * stargz_owner_put() - drop the references of stargz_owner_get()
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
 * stargz_owner_enter() - start to work on behalf of an owner
 * @owner: must stay valid until stargz_owner_leave()
 * @saved: filled in, for stargz_owner_leave()
 *
 * Context: A worker. Reclaim starts no I/O until stargz_owner_leave().
 */
void stargz_owner_enter(const struct stargz_owner *owner,
			struct stargz_owner_saved *saved)
{
	saved->memcg = set_active_memcg(owner->memcg);
	saved->noio = memalloc_noio_save();
	kthread_associate_blkcg(owner->blkcg);
}

/**
 * stargz_owner_leave() - stop working on behalf of an owner
 * @saved: state from stargz_owner_enter()
 */
void stargz_owner_leave(const struct stargz_owner_saved *saved)
{
	kthread_associate_blkcg(NULL);
	memalloc_noio_restore(saved->noio);
	set_active_memcg(saved->memcg);
}

/**
 * stargz_alloc() - allocate memory that reading can do without
 * @size: bytes
 * @flags: __GFP_ACCOUNT to charge the owner, or 0
 *
 * The allocation starts no I/O, see the top of the file. That also rules out
 * the OOM killer, so the allocator would retry forever. This function fails
 * instead, and the caller falls back to a method that needs no memory.
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
