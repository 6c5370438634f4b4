// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - limit of the memory that reading holds of a memory cgroup.
 *
 * Memory that is charged to a cgroup while a span is decoded cannot be
 * reclaimed until decoding ends. One large span for each stream could use up
 * the limit of a small cgroup, and the next allocation of its tasks would
 * invoke the OOM killer. Reading therefore holds at most a quarter of the limit
 * of a cgroup. A reader that gets no share decodes without memory, as it does
 * under memory shortage.
 *
 * The tightest limit of the cgroup and its ancestors counts. Shares are counted
 * in slots. Cgroups that hash to the same slot count together, which may refuse
 * a share but never grants too much.
 *
 * No locks: the counters are atomic.
 */
#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/memcontrol.h>
#include <linux/page_counter.h>

#include "internal.h"

/* Divisors of the limit: for all shares together, and for a single share. */
#define STARGZ_SHARE_PART	4
#define STARGZ_SHARE_PART_ONE	2

#define STARGZ_SHARE_BITS	8

static atomic64_t stargz_shares[1 << STARGZ_SHARE_BITS];

#ifdef CONFIG_MEMCG
/* The counter with the lowest limit that applies to @memcg. */
static const struct page_counter *stargz_share_tightest(struct mem_cgroup *memcg)
{
	const struct page_counter *counter = &memcg->memory, *least = counter;

	while ((counter = counter->parent))
		if (READ_ONCE(counter->max) < READ_ONCE(least->max))
			least = counter;
	return least;
}

/* The limit of the caller in bytes, and its slot; 0 if there is no limit. */
static u64 stargz_share_limit(unsigned int *slot)
{
	struct mem_cgroup *memcg = get_mem_cgroup_from_mm(NULL);
	const struct page_counter *counter;
	u64 limit = 0;

		/* Memory cgroups are disabled. */
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
 * @share: filled in; call stargz_share_drop() once the memory is freed or can
 *	be reclaimed
 * @bytes: size of the allocation, which is charged to the caller's owner
 *
 * Context: Does not sleep.
 *
 * Return: true if the memory may be allocated. If false, there is nothing to
 *	drop.
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
 * stargz_share_drop() - release a share
 * @share: from stargz_share_take(), or zeroed
 *
 * May be called repeatedly.
 *
 * Context: Any context.
 */
void stargz_share_drop(struct stargz_share *share)
{
	if (share->bytes)
		atomic64_sub(share->bytes, &stargz_shares[share->slot]);
	share->bytes = 0;
}
