// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - counters of a mount in /sys/fs/stargz/<major>:<minor>/, and of all
 * mounts together in /sys/fs/stargz/.
 *
 * One file holds one number, see Documentation/ABI/testing/sysfs-fs-stargz. The
 * counters reveal the activity of other containers, so only root can read them.
 * Counters are per CPU and are added up without a lock. struct stargz_sb_info
 * outlives the directory of its mount: unregistering waits until the last
 * reader has closed its files.
 */
#include <linux/kobject.h>
#include <linux/percpu.h>
#include <linux/sysfs.h>

#include "internal.h"

static struct kobject *stargz_root;

struct stargz_attr {
	struct attribute attr;
	u64 (*get)(struct stargz_sb_info *sbi, enum stargz_stat stat);
	enum stargz_stat stat;
};

static u64 stargz_get_stat(struct stargz_sb_info *sbi, enum stargz_stat stat)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(sbi->stats, cpu)->n[stat]);
	return sum;
}

static u64 stargz_get_cache_bytes(struct stargz_sb_info *sbi,
				  enum stargz_stat stat)
{
	return READ_ONCE(sbi->cache.bytes);
}

#define STARGZ_ATTR(_name, _get, _stat)					\
static struct stargz_attr stargz_attr_##_name = {			\
	.attr	= { .name = __stringify(_name), .mode = 0400 },		\
	.get	= (_get),						\
	.stat	= (_stat),						\
}

#define STARGZ_STAT_ATTR(_name, _stat)					\
	STARGZ_ATTR(_name, stargz_get_stat, STARGZ_STAT_##_stat)

STARGZ_STAT_ATTR(spans_decoded, SPANS_DECODED);
STARGZ_STAT_ATTR(bytes_inflated, BYTES_INFLATED);
STARGZ_STAT_ATTR(bytes_delivered, BYTES_DELIVERED);
STARGZ_STAT_ATTR(bytes_fetched, BYTES_FETCHED);
STARGZ_STAT_ATTR(cache_hits, CACHE_HITS);
STARGZ_STAT_ATTR(cache_misses, CACHE_MISSES);
STARGZ_STAT_ATTR(spans_prefetched, SPANS_PREFETCHED);
STARGZ_STAT_ATTR(decode_ns, DECODE_NS);
STARGZ_STAT_ATTR(verify_failures, VERIFY_FAILURES);
STARGZ_ATTR(cache_bytes, stargz_get_cache_bytes, STARGZ_STATS);

static struct attribute *stargz_attrs[] = {
	&stargz_attr_spans_decoded.attr,
	&stargz_attr_bytes_inflated.attr,
	&stargz_attr_bytes_delivered.attr,
	&stargz_attr_bytes_fetched.attr,
	&stargz_attr_cache_hits.attr,
	&stargz_attr_cache_misses.attr,
	&stargz_attr_spans_prefetched.attr,
	&stargz_attr_decode_ns.attr,
	&stargz_attr_verify_failures.attr,
	&stargz_attr_cache_bytes.attr,
	NULL
};
ATTRIBUTE_GROUPS(stargz);

static ssize_t stargz_attr_show(struct kobject *kobj, struct attribute *attr,
				char *buf)
{
	struct stargz_sb_info *sbi =
		container_of(kobj, struct stargz_sb_info, kobj);
	const struct stargz_attr *a =
		container_of(attr, struct stargz_attr, attr);

	return sysfs_emit(buf, "%llu\n", a->get(sbi, a->stat));
}

static const struct sysfs_ops stargz_sysfs_ops = {
	.show	= stargz_attr_show,
};

static void stargz_kobj_release(struct kobject *kobj)
{
	struct stargz_sb_info *sbi =
		container_of(kobj, struct stargz_sb_info, kobj);

	complete(&sbi->kobj_released);
}

static const struct kobj_type stargz_ktype = {
	.default_groups	= stargz_groups,
	.sysfs_ops	= &stargz_sysfs_ops,
	.release	= stargz_kobj_release,
};

static void stargz_kobj_put(struct stargz_sb_info *sbi)
{
	kobject_put(&sbi->kobj);
	wait_for_completion(&sbi->kobj_released);
}

/**
 * stargz_sysfs_register() - create the directory of a mount
 * @sb: the file system, with its device number and counters
 *
 * May sleep. Must be the last step of mounting that can fail, so that sysfs
 * shows only mounted file systems.
 *
 * Return: 0 or a negative errno.
 */
int stargz_sysfs_register(struct super_block *sb)
{
	struct stargz_sb_info *sbi = STARGZ_SB(sb);
	int err;

	init_completion(&sbi->kobj_released);
	err = kobject_init_and_add(&sbi->kobj, &stargz_ktype, stargz_root,
				   "%u:%u", MAJOR(sb->s_dev),
				   MINOR(sb->s_dev));
	if (err)
		stargz_kobj_put(sbi);
	else
		sbi->has_kobj = true;
	return err;
}

/**
 * stargz_sysfs_unregister() - remove the directory of a mount
 * @sbi: the mount, which need not have one
 *
 * Sleeps until the last reader is gone. Must be called while the mount still
 * owns its device number.
 */
void stargz_sysfs_unregister(struct stargz_sb_info *sbi)
{
	if (!sbi->has_kobj)
		return;
	sbi->has_kobj = false;
	kobject_del(&sbi->kobj);
	stargz_kobj_put(sbi);
}

static ssize_t cache_bytes_show(struct kobject *kobj,
				struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", stargz_cache_bytes());
}

static ssize_t cache_limit_show(struct kobject *kobj,
				struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", stargz_cache_limit());
}

static ssize_t streams_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%u\n", stargz_streams_count());
}

static struct kobj_attribute stargz_shared_cache_bytes =
	__ATTR(cache_bytes, 0400, cache_bytes_show, NULL);
static struct kobj_attribute stargz_shared_cache_limit =
	__ATTR(cache_limit, 0400, cache_limit_show, NULL);
static struct kobj_attribute stargz_shared_streams =
	__ATTR(streams, 0400, streams_show, NULL);

static const struct attribute *const stargz_shared_attrs[] = {
	&stargz_shared_cache_bytes.attr,
	&stargz_shared_cache_limit.attr,
	&stargz_shared_streams.attr,
	NULL
};

/**
 * stargz_sysfs_init() - create /sys/fs/stargz
 *
 * Context: After the shared objects of all mounts were initialised.
 *
 * Return: 0 or a negative errno.
 */
int __init stargz_sysfs_init(void)
{
	int err;

	stargz_root = kobject_create_and_add("stargz", fs_kobj);
	if (!stargz_root)
		return -ENOMEM;
	err = sysfs_create_files(stargz_root, stargz_shared_attrs);
	if (err)
		kobject_put(stargz_root);
	return err;
}

/**
 * stargz_sysfs_exit() - remove /sys/fs/stargz
 *
 * Context: No file system is mounted.
 */
void stargz_sysfs_exit(void)
{
	kobject_put(stargz_root);
}
