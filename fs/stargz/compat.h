/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between the kernel versions that the module is built for, and
 * nothing else. No other file looks at LINUX_VERSION_CODE. Names are those of
 * the newest kernel where that is possible, stargz_* where it is not.
 */
#ifndef STARGZ_COMPAT_H
#define STARGZ_COMPAT_H

#include <linux/blkdev.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fs_context.h>
#include <linux/ima.h>
#include <linux/list_lru.h>
#include <linux/pagemap.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <linux/security.h>
#include <linux/shrinker.h>
#include <linux/version.h>
#include <linux/xattr.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#ifndef EFSCORRUPTED
#define EFSCORRUPTED	EUCLEAN		/* the index or blob is damaged */
#endif

/* A mount's idmapping got a type of its own in 6.3. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define mnt_idmap	user_namespace
#endif

static inline void stargz_fillattr(struct mnt_idmap *idmap, u32 mask,
				   struct inode *inode, struct kstat *stat)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	generic_fillattr(idmap, mask, inode, stat);
#else
	generic_fillattr(idmap, inode, stat);
#endif
}

/* Inode times hid behind accessors in 6.6 (ctime) and 6.7 (the others). */
static inline void stargz_set_times(struct inode *inode, struct timespec64 ts)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	inode_set_mtime_to_ts(inode, ts);
	inode_set_atime_to_ts(inode, ts);
	inode_set_ctime_to_ts(inode, ts);
#else
	inode->i_mtime = ts;
	inode->i_atime = ts;
	inode->i_ctime = ts;
#endif
}

static inline bool stargz_inode_is_new(struct inode *inode)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
	return inode_state_read_once(inode) & I_NEW;
#else
	return inode->i_state & I_NEW;
#endif
}

/* ->get_acl() was renamed and freed of idmaps in 6.2. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define stargz_get_acl_op	get_inode_acl
#else
#define stargz_get_acl_op	get_acl
#endif

/*
 * Since 6.2 the VFS reads system.posix_acl_* through ->get_inode_acl();
 * before, it needs handlers.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define STARGZ_ACL_XATTR_HANDLERS
#else
#define STARGZ_ACL_XATTR_HANDLERS				\
	&posix_acl_access_xattr_handler,			\
	&posix_acl_default_xattr_handler,
#endif

/* The table of xattr handlers became const in 6.7. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
#define STARGZ_XATTR_CONST	const
#else
#define STARGZ_XATTR_CONST
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
static inline void folio_end_read(struct folio *folio, bool success)
{
	if (success)
		folio_mark_uptodate(folio);
	folio_unlock(folio);
}

/* Before 6.7, no ->encode_fh means what this name means now: 32-bit handles. */
#define generic_encode_ino32_fh	NULL
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 9, 0)
static inline void super_set_uuid(struct super_block *sb, const u8 *uuid,
				  unsigned int len)
{
	memcpy(&sb->s_uuid, uuid, len);
}
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#define filemap_splice_read	generic_file_splice_read
#endif

/* ->mmap_prepare() replaces ->mmap() in 6.17. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
#define STARGZ_MMAP_OP	.mmap_prepare = generic_file_readonly_mmap_prepare
#else
#define STARGZ_MMAP_OP	.mmap = generic_file_readonly_mmap
#endif

static inline struct address_space *stargz_bdev_mapping(struct super_block *sb)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
	return sb->s_bdev->bd_mapping;
#else
	return sb->s_bdev->bd_inode->i_mapping;
#endif
}

/*
 * Shrinkers are allocated since 6.7 and embedded before. struct stargz_shrinker
 * is embedded in its owner in both cases.
 */
struct stargz_shrinker {
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	struct shrinker *shrinker;
#else
	struct shrinker shrinker;
	bool registered;
#endif
};

typedef unsigned long (*stargz_shrink_t)(struct shrinker *shrink,
					 struct shrink_control *sc);

/* What list_lru_init_memcg() wants. */
static inline struct shrinker *stargz_shrinker_raw(struct stargz_shrinker *s)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	return s->shrinker;
#else
	return &s->shrinker;
#endif
}

/* @flags are SHRINKER_NUMA_AWARE and SHRINKER_MEMCG_AWARE. */
static inline int stargz_shrinker_register(struct stargz_shrinker *s,
					   unsigned int flags,
					   stargz_shrink_t count,
					   stargz_shrink_t scan,
					   const char *name)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	s->shrinker = shrinker_alloc(flags, "%s", name);
	if (!s->shrinker)
		return -ENOMEM;
	s->shrinker->count_objects = count;
	s->shrinker->scan_objects = scan;
	shrinker_register(s->shrinker);
	return 0;
#else
	int err;

	s->shrinker.count_objects = count;
	s->shrinker.scan_objects = scan;
	s->shrinker.seeks = DEFAULT_SEEKS;
	s->shrinker.flags = flags;
	err = register_shrinker(&s->shrinker, "%s", name);
	s->registered = !err;
	return err;
#endif
}

/* Does nothing when registration never happened or failed. */
static inline void stargz_shrinker_unregister(struct stargz_shrinker *s)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	shrinker_free(s->shrinker);
#else
	if (s->registered)
		unregister_shrinker(&s->shrinker);
#endif
}

/*
 * Lists that are told apart by node and memory cgroup: the variants that take
 * both from the object that holds @item were renamed in 6.8.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#define list_lru_add_obj	list_lru_add
#define list_lru_del_obj	list_lru_del
#endif

/* The callback of a walk lost its lock in 6.13. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#define STARGZ_LRU_WALK_ARGS	struct list_head *item,			\
				struct list_lru_one *list, void *arg
#else
#define STARGZ_LRU_WALK_ARGS	struct list_head *item,			\
				struct list_lru_one *list,		\
				spinlock_t *lock, void *arg
#endif

/*
 * A claim of a block device: nobody else can claim it, for instance to mount or
 * format it, but those with the same holder. What it is has changed thrice.
 */
struct stargz_claim {
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
	struct file *file;
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	struct bdev_handle *handle;
#else
	struct block_device *bdev;
	void *holder;
#endif
};

/* Return: 0 or a negative errno; then there is nothing to release. */
static inline int stargz_claim_bdev(struct stargz_claim *claim, dev_t dev,
				    void *holder)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
	struct file *file = bdev_file_open_by_dev(dev, BLK_OPEN_READ |
						  BLK_OPEN_RESTRICT_WRITES,
						  holder, NULL);

	if (IS_ERR(file))
		return PTR_ERR(file);
	claim->file = file;
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	struct bdev_handle *handle = bdev_open_by_dev(dev, BLK_OPEN_READ,
						      holder, NULL);

	if (IS_ERR(handle))
		return PTR_ERR(handle);
	claim->handle = handle;
#else
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
	struct block_device *bdev = blkdev_get_by_dev(dev, BLK_OPEN_READ,
						      holder, NULL);
#else
	struct block_device *bdev = blkdev_get_by_dev(dev, FMODE_READ |
						      FMODE_EXCL, holder);
#endif

	if (IS_ERR(bdev))
		return PTR_ERR(bdev);
	claim->bdev = bdev;
	claim->holder = holder;
#endif
	return 0;
}

/* Does nothing for a zeroed claim. */
static inline void stargz_claim_release(struct stargz_claim *claim)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
	if (claim->file)
		fput(claim->file);
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	if (claim->handle)
		bdev_release(claim->handle);
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
	if (claim->bdev)
		blkdev_put(claim->bdev, claim->holder);
#else
	if (claim->bdev)
		blkdev_put(claim->bdev, FMODE_READ | FMODE_EXCL);
#endif
}

/*
 * Mount a block device, as get_tree_bdev() does, but by number. Before 6.6 it
 * can be found only by the name in fc->source, which may lead to another device
 * or to none: see stargz_source_check_bdev().
 */
static inline int stargz_get_tree_dev(struct fs_context *fc, dev_t dev,
				      int (*fill)(struct super_block *sb,
						  struct fs_context *fc))
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	struct super_block *sb;
	int err;

	fc->sb_flags |= SB_NOSEC;
	sb = sget_dev(fc, dev);
	if (IS_ERR(sb))
		return PTR_ERR(sb);
	if (!sb->s_root) {
		err = setup_bdev_super(sb, fc->sb_flags, fc);
		if (!err)
			err = fill(sb, fc);
		if (err) {
			deactivate_locked_super(sb);
			return err;
		}
		sb->s_flags |= SB_ACTIVE;
	}
	fc->root = dget(sb->s_root);
	return 0;
#else
	return get_tree_bdev(fc, fill);
#endif
}

/* What open(2) asks security modules after opening, since 6.9 of all of them. */
static inline int stargz_post_open(struct file *file, int mask)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
	return security_file_post_open(file, mask);
#else
	return ima_file_check(file, mask);
#endif
}

/*
 * Reads of a file opened like this raise no fanotify events. Since 6.14 the
 * mode of an open file says so, before it is a flag for opening it.
 */
static inline struct file *stargz_open_quiet(const struct path *path,
					     const struct cred *cred)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 14, 0)
	struct file *file = dentry_open(path, O_RDONLY | O_LARGEFILE, cred);

	if (!IS_ERR(file))
		file_set_fsnotify_mode(file, FMODE_NONOTIFY);
	return file;
#else
	return dentry_open(path, O_RDONLY | O_LARGEFILE | __FMODE_NONOTIFY,
			   cred);
#endif
}

/* From 7.0 on page_cache_ra_unbounded() leaves the lock to its caller. */
static inline void stargz_ra_unbounded(struct readahead_control *rac,
				       unsigned long nr)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0)
	filemap_invalidate_lock_shared(rac->mapping);
	page_cache_ra_unbounded(rac, nr, 0);
	filemap_invalidate_unlock_shared(rac->mapping);
#else
	page_cache_ra_unbounded(rac, nr, 0);
#endif
}

#endif /* STARGZ_COMPAT_H */
