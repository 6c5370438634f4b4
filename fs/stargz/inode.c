// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - inodes.
 *
 * An inode number is the position of a record in the inode table plus one. The
 * thread that creates an inode fills it while the inode is I_NEW and locked.
 * Afterwards an inode is immutable.
 */
#include <linux/stat.h>

#include "internal.h"

static const char *stargz_get_link(struct dentry *dentry, struct inode *inode,
				   struct delayed_call *done)
{
	return inode->i_link;
}

static const struct inode_operations stargz_symlink_iops = {
	.get_link	= stargz_get_link,
	.getattr	= stargz_getattr,
	.listxattr	= stargz_listxattr,
};

static const struct inode_operations stargz_file_iops = {
	.getattr	= stargz_getattr,
	.listxattr	= stargz_listxattr,
	.fiemap		= stargz_fiemap,
	.stargz_get_acl_op = stargz_get_acl,
};

static const struct inode_operations stargz_special_iops = {
	.getattr	= stargz_getattr,
	.listxattr	= stargz_listxattr,
	.stargz_get_acl_op = stargz_get_acl,
};

/**
 * stargz_getattr() - attributes of an inode, as inode_operations.getattr
 * @idmap: mapping of the mount
 * @path: the file
 * @stat: filled in
 * @request_mask: STATX_* that are wanted
 * @query_flags: AT_STATX_*
 *
 * Return: 0.
 */
int stargz_getattr(struct mnt_idmap *idmap, const struct path *path,
		   struct kstat *stat, u32 request_mask,
		   unsigned int query_flags)
{
	struct inode *inode = d_inode(path->dentry);

	if (S_ISREG(inode->i_mode))
		stat->attributes |= STATX_ATTR_COMPRESSED;
	stat->attributes |= STATX_ATTR_IMMUTABLE;
	stat->attributes_mask |= STATX_ATTR_COMPRESSED | STATX_ATTR_IMMUTABLE;
	stargz_fillattr(idmap, request_mask, inode, stat);
	return 0;
}

static int stargz_fill_symlink(struct inode *inode)
{
	size_t len = inode->i_size;
	const char *why;
	char *target;
	int err;

	target = kmalloc(len + 1, GFP_KERNEL_ACCOUNT);
	if (!target)
		return -ENOMEM;
	err = stargz_meta_read(inode->i_sb, STARGZ_TABLE_NAMES,
			       STARGZ_I(inode)->a, target, len);
	target[len] = '\0';
	why = err ? NULL : stargz_check_target(target, len);
	if (why)
		err = stargz_damaged(inode, why);
	if (err) {
		kfree(target);
		return err;
	}
	/* stargz_free_inode() frees it with the inode. */
	inode->i_link = target;
	inode->i_op = &stargz_symlink_iops;
	return 0;
}

static int stargz_fill_type(struct inode *inode)
{
	struct stargz_inode_info *si = STARGZ_I(inode);

	switch (inode->i_mode & S_IFMT) {
	case S_IFDIR:
		inode->i_op = &stargz_dir_iops;
		inode->i_fop = &stargz_dir_fops;
		return 0;
	case S_IFREG:
		inode->i_op = &stargz_file_iops;
		inode->i_fop = &stargz_file_fops;
		inode->i_mapping->a_ops = &stargz_aops;
		/* The codecs write to folios by their address. */
		if (IS_ENABLED(CONFIG_HIGHMEM))
			mapping_set_gfp_mask(inode->i_mapping,
					     GFP_USER | __GFP_MOVABLE);
		mapping_set_large_folios(inode->i_mapping);
		return 0;
	case S_IFLNK:
		return stargz_fill_symlink(inode);
	default:
		inode->i_op = &stargz_special_iops;
		init_special_inode(inode, inode->i_mode, MKDEV(si->a, si->b));
		return 0;
	}
}

static int stargz_fill_inode(struct inode *inode)
{
	struct super_block *sb = inode->i_sb;
	struct stargz_inode_info *si = STARGZ_I(inode);
	struct stargz_inode raw;
	struct timespec64 mtime;
	const char *why;
	u32 nsec;
	int err;

	err = stargz_meta_read(sb, STARGZ_TABLE_INODES, stargz_ino(inode) - 1,
			       &raw, 1);
	if (err)
		return err;
	why = stargz_check_inode(&STARGZ_SB(sb)->super, stargz_ino(inode),
				 &raw);
	/* 32-bit page numbers allow smaller files than the format does. */
	if (!why && le64_to_cpu(raw.size) > sb->s_maxbytes)
		why = "file too large for this kernel";
	if (why)
		return stargz_damaged(inode, why);

	si->a = le32_to_cpu(raw.a);
	si->b = le32_to_cpu(raw.b);
	si->xattr = le32_to_cpu(raw.xattr);
	si->parent = le32_to_cpu(raw.parent);
	si->inlined = le16_to_cpu(raw.flags) & STARGZ_INODE_INLINE;

	inode->i_mode = le16_to_cpu(raw.mode);
	i_uid_write(inode, le32_to_cpu(raw.uid));
	i_gid_write(inode, le32_to_cpu(raw.gid));
	set_nlink(inode, le32_to_cpu(raw.nlink));
	inode->i_size = le64_to_cpu(raw.size);
	/* As a file system with blocks of 4 KiB; du(1) reads this. */
	inode->i_blocks = DIV_ROUND_UP_ULL(inode->i_size, 4096) << 3;
	/* File handles of another image must not match. */
	inode->i_generation = get_unaligned_le32(STARGZ_SB(sb)->super.uuid);
	mtime.tv_sec = stargz_time_decode(le64_to_cpu(raw.mtime), &nsec);
	mtime.tv_nsec = nsec;
	stargz_set_times(inode, mtime);
	if (!si->xattr)
		cache_no_acl(inode);
	return stargz_fill_type(inode);
}

/**
 * stargz_iget() - get an inode by its number
 * @sb: the file system
 * @ino: inode number, checked here
 *
 * Return: the inode with a reference, or an ERR_PTR: -ESTALE if there is no
 * such inode, -EFSCORRUPTED if its record is damaged, -ENOMEM, -EIO.
 */
struct inode *stargz_iget(struct super_block *sb, u64 ino)
{
	struct inode *inode;
	int err;

	if (!ino || ino > STARGZ_SB(sb)->super.table[STARGZ_TABLE_INODES].count)
		return ERR_PTR(-ESTALE);
	inode = iget_locked(sb, ino);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	if (!stargz_inode_is_new(inode))
		return inode;
	err = stargz_fill_inode(inode);
	if (err) {
		iget_failed(inode);
		return ERR_PTR(err);
	}
	unlock_new_inode(inode);
	return inode;
}
