// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - shares of memory cgroups: what reading may hold of one at a time.
 *
 * Memory that is charged to a cgroup while spans are decoded cannot be reclaimed
 * until that is over. With one large span for each stream, all that a small cgroup
 * may have could be such memory, and whatever its tasks do next would call the OOM
 * killer. So at most a quarter of the limit of a cgroup is held at a time; who
 * gets nothing decodes in a way that needs no memory, as it does when there is
 * none to be had.
 *
 * What counts is the tightest limit of the cgroup and those above it. Shares are
 * counted in slots: cgroups that hash to the same slot count together, which may
 * refuse a share, but never gives too much.
 *
 * No locks: counters are atomic.
 */
#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/memcontrol.h>
#include <linux/page_counter.h>

#include "internal.h"

/* The part of a limit that may be held, and all that a single share may be. */
#define STARGZ_SHARE_PART	4
#define STARGZ_SHARE_PART_ONE	2

#define STARGZ_SHARE_BITS	8

static atomic64_t stargz_shares[1 << STARGZ_SHARE_BITS];

#ifdef CONFIG_MEMCG
/* The counter with the lowest limit that the caller's memory is charged to. */
static const struct page_counter *stargz_share_tightest(struct mem_cgroup *memcg)
{
	const struct page_counter *counter = &memcg->memory, *least = counter;

	while ((counter = counter->parent))
		if (READ_ONCE(counter->max) < READ_ONCE(least->max))
			least = counter;
	return least;
}

/* The limit that the caller works under, bytes, and its slot; 0: there is none. */
static u64 stargz_share_limit(unsigned int *slot)
{
	struct mem_cgroup *memcg = get_mem_cgroup_from_mm(NULL);
	const struct page_counter *counter;
	u64 limit = 0;

	/* Without memory cgroups. */
	if (!memcg)
		return 0;
	counter = stargz_share_tightest(memcg);
	if (READ_ONCE(counter->max) < PAGE_COUNTER_MAX) {
		limit = max_t(u64, READ_ONCE(counter->max), 1) << PAGE_SHIFT;
		*slot = hash_ptr((void *)counter, STARGZ_SHARE_BITS);
	}
	mem_cgroup_put(memcg);
	return limit;
}
#else
static u64 stargz_share_limit(unsigned int *slot)
{
	return 0;
}
#endif

/**
 * stargz_share_take() - ask whether memory may be allocated for reading
 * @share: filled in; stargz_share_drop() is needed once that memory is freed or
 *	can be reclaimed
 * @bytes: how much, that is charged to whoever the caller works for
 *
 * Does not sleep.
 *
 * Return: whether it may. If not, there is nothing to be dropped.
 */
bool stargz_share_take(struct stargz_share *share, size_t bytes)
{
	unsigned int slot = 0;
	u64 limit = stargz_share_limit(&slot);
	u64 held;

	share->bytes = 0;
	if (!limit)
		return true;
	held = atomic64_add_return(bytes, &stargz_shares[slot]);
	if (held > limit / (held == bytes ? STARGZ_SHARE_PART_ONE :
					    STARGZ_SHARE_PART)) {
		atomic64_sub(bytes, &stargz_shares[slot]);
		return false;
	}
	share->bytes = bytes;
	share->slot = slot;
	return true;
}

/**
 * stargz_share_drop() - memory is not needed for reading any more
 * @share: from stargz_share_take(), or zeroed
 *
 * May be called again. From any context.
 */
void stargz_share_drop(struct stargz_share *share)
{
	if (share->bytes)
		atomic64_sub(share->bytes, &stargz_shares[share->slot]);
	share->bytes = 0;
}
