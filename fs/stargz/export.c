// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - file handles, for NFS and for overlayfs.
 *
 * A handle is an inode number and a generation, both 32 bits wide. If a file
 * system uses generic_encode_ino32_fh, overlayfs assumes that its inode numbers
 * fit 32 bits and uses the upper bits itself.
 */
#include <linux/exportfs.h>

#include "internal.h"

static struct inode *stargz_nfs_get_inode(struct super_block *sb, u64 ino,
					  u32 generation)
{
	struct inode *inode = stargz_iget(sb, ino);

	if (!IS_ERR(inode) && generation && inode->i_generation != generation) {
		iput(inode);
		return ERR_PTR(-ESTALE);
	}
	return inode;
}

static struct dentry *stargz_fh_to_dentry(struct super_block *sb,
					  struct fid *fid, int fh_len,
					  int fh_type)
{
	return generic_fh_to_dentry(sb, fid, fh_len, fh_type,
				    stargz_nfs_get_inode);
}

static struct dentry *stargz_fh_to_parent(struct super_block *sb,
					  struct fid *fid, int fh_len,
					  int fh_type)
{
	return generic_fh_to_parent(sb, fid, fh_len, fh_type,
				    stargz_nfs_get_inode);
}

static struct dentry *stargz_get_parent(struct dentry *child)
{
	struct inode *inode = d_inode(child), *parent;

	parent = stargz_iget(inode->i_sb, STARGZ_I(inode)->parent);
	if (!IS_ERR(parent) && !S_ISDIR(parent->i_mode)) {
		iput(parent);
		return ERR_PTR(stargz_damaged(inode,
					      "parent is not a directory"));
	}
	return d_obtain_alias(parent);
}

const struct export_operations stargz_export_ops = {
	.encode_fh	= generic_encode_ino32_fh,
	.fh_to_dentry	= stargz_fh_to_dentry,
	.fh_to_parent	= stargz_fh_to_parent,
	.get_parent	= stargz_get_parent,
};
