/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between the kernel versions that the module is built for, and
 * nothing else. No other file looks at LINUX_VERSION_CODE. Names are those of
 * the newest kernel where that is possible, stargz_* where it is not.
 */
#ifndef STARGZ_COMPAT_H
#define STARGZ_COMPAT_H

#include <linux/blkdev.h>
#include <linux/fs.h>
#include <linux/pagemap.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
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

static inline struct stargz_shrinker *stargz_shrinker_of(struct shrinker *s)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	return s->private_data;
#else
	return container_of(s, struct stargz_shrinker, shrinker);
#endif
}

static inline int stargz_shrinker_register(struct stargz_shrinker *s,
					   stargz_shrink_t count,
					   stargz_shrink_t scan,
					   const char *id)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	s->shrinker = shrinker_alloc(0, "stargz-span:%s", id);
	if (!s->shrinker)
		return -ENOMEM;
	s->shrinker->count_objects = count;
	s->shrinker->scan_objects = scan;
	s->shrinker->private_data = s;
	shrinker_register(s->shrinker);
	return 0;
#else
	int err;

	s->shrinker.count_objects = count;
	s->shrinker.scan_objects = scan;
	s->shrinker.seeks = DEFAULT_SEEKS;
	err = register_shrinker(&s->shrinker, "stargz-span:%s", id);
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

#endif /* STARGZ_COMPAT_H */
