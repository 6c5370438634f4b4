/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between the supported kernel versions. No other file tests
 * LINUX_VERSION_CODE. Names are those of the newest kernel where possible, and
 * stargz_* otherwise.
 */
#ifndef STARGZ_COMPAT_H
#define STARGZ_COMPAT_H

#include <linux/blkdev.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fsverity.h>
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

#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0)
#include <linux/fserror.h>
#endif

/* hex2bin() moved in 6.4. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
#include <linux/hex.h>
#else
#include <linux/kernel.h>
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#ifndef EFSCORRUPTED
#define EFSCORRUPTED	EUCLEAN		/* the index or blob is damaged */
#endif

/* The idmapping of a mount got its own type in 6.3. */
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

/* Accessors for inode times: since 6.6 for ctime, since 6.7 for the others. */
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

/* ->get_acl() was renamed in 6.2. */
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

/* Before 6.7, a NULL ->encode_fh selects the same 32-bit handles. */
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

/* The shrinker for list_lru_init_memcg(). */
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

/* Does nothing if the shrinker is not registered. */
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
 * A list_lru has lists by node and memory cgroup. The variants that take both
 * from the object that holds @item were renamed in 6.8.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#define list_lru_add_obj	list_lru_add
#define list_lru_del_obj	list_lru_del
#endif

/* The callback of a walk no longer gets the lock since 6.13. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#define STARGZ_LRU_WALK_ARGS	struct list_head *item,			\
				struct list_lru_one *list, void *arg
#else
#define STARGZ_LRU_WALK_ARGS	struct list_head *item,			\
				struct list_lru_one *list,		\
				spinlock_t *lock, void *arg
#endif

/*
 * An exclusive claim of a block device: only claims with the same holder
 * succeed, which excludes mounting by others and formatting. The interface
 * changed in 6.5, 6.7 and 6.9.
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

/* Return: 0 or a negative errno; after an error there is nothing to release. */
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
 * Mount a block device like get_tree_bdev(), but by number. Before 6.6 the VFS
 * can find the device only by the name in fc->source, which may lead to another
 * device or to none: see stargz_source_check_bdev().
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

/* Security check of open(2) after opening; before 6.9 only that of IMA. */
static inline int stargz_post_open(struct file *file, int mask)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
	return security_file_post_open(file, mask);
#else
	return ima_file_check(file, mask);
#endif
}

/*
 * Open a file whose reads raise no fanotify events. Since 6.14 this is a mode
 * of the open file, before that a flag for opening.
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

/* Damage is reported to listeners of FAN_FS_ERROR since 7.0. */
static inline void stargz_report_metadata(struct super_block *sb, int err)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0)
	/* Nobody listens to a mount that is not there yet. */
	if (sb->s_flags & SB_ACTIVE)
		fserror_report_metadata(sb, err, GFP_NOFS);
#endif
}

static inline void stargz_report_content(struct inode *inode, loff_t pos,
					 u64 len, int err)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0)
	fserror_report_io(inode, FSERR_BUFFERED_READ, pos, len, err, GFP_NOFS);
#endif
}

/*
 * SHA-256 that fs-verity ensures for a file: the digest of its descriptor, in
 * @digest of 32 bytes. False without such a digest. Modules can ask for it since
 * 6.12.
 */
static inline bool stargz_fsverity_sha256(struct inode *inode, u8 *digest)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	u8 raw[FS_VERITY_MAX_DIGEST_SIZE];
	enum hash_algo alg;

	if (fsverity_get_digest(inode, raw, NULL, &alg) != 32 ||
	    alg != HASH_ALGO_SHA256)
		return false;
	memcpy(digest, raw, 32);
	return true;
#else
	return false;
#endif
}

/* Since 7.0 the caller of page_cache_ra_unbounded() takes the lock. */
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
