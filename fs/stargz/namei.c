// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - lookup of a name in a directory.
 *
 * The entries of a directory are sorted, so a lookup is a binary search over
 * records of equal size. The VFS holds the directory's i_rwsem shared.
 */
#include "internal.h"

/* State of a search; cursors, because neighbouring entries share folios. */
struct stargz_search {
	struct inode *dir;
	struct stargz_cursor dirents;
	struct stargz_cursor names;
	char name[STARGZ_NAME_MAX];
};

/* Read and check entry @nr of the directory, and read its name. */
static int stargz_search_read(struct stargz_search *search, u32 nr,
			      struct stargz_dirent *raw)
{
	struct inode *dir = search->dir;
	const char *why;
	int err;

	err = stargz_cursor_read(&search->dirents, (u64)STARGZ_I(dir)->a + nr,
				 raw, 1);
	if (err)
		return err;
	why = stargz_check_dirent(&STARGZ_SB(dir->i_sb)->super, raw);
	if (why)
		return stargz_damaged(dir, why);
	return stargz_cursor_read(&search->names, le32_to_cpu(raw->name),
				  search->name, raw->name_len);
}

/*
 * Find @name in @dir. Returns 1 and the checked record, 0 if the name does not
 * exist, or a negative errno.
 */
static int stargz_find(struct inode *dir, const struct qstr *name,
		       struct stargz_dirent *raw)
{
	struct stargz_search search = {
		.dir	 = dir,
		.dirents = STARGZ_CURSOR(dir->i_sb, STARGZ_TABLE_DIRENTS),
		.names	 = STARGZ_CURSOR(dir->i_sb, STARGZ_TABLE_NAMES),
	};
	u32 low = 0, high = STARGZ_I(dir)->b;
	int ret = 0;

	while (low < high) {
		u32 mid = low + (high - low) / 2;
		int cmp;

		ret = stargz_search_read(&search, mid, raw);
		if (ret)
			break;
		cmp = stargz_name_cmp(name->name, name->len, search.name,
				      raw->name_len);
		if (!cmp) {
			ret = 1;
			break;
		}
		if (cmp < 0)
			high = mid;
		else
			low = mid + 1;
	}
	stargz_cursor_end(&search.dirents);
	stargz_cursor_end(&search.names);
	return ret;
}

static struct dentry *stargz_lookup(struct inode *dir, struct dentry *dentry,
				    unsigned int flags)
{
	struct stargz_dirent raw;
	struct inode *inode;
	const char *why;
	int found;

	if (dentry->d_name.len > STARGZ_NAME_MAX)
		return ERR_PTR(-ENAMETOOLONG);
	found = stargz_find(dir, &dentry->d_name, &raw);
	if (found < 0)
		return ERR_PTR(found);
	if (!found)
		return d_splice_alias(NULL, dentry);

	inode = stargz_iget(dir->i_sb, le32_to_cpu(raw.ino));
	if (IS_ERR(inode))
		return ERR_CAST(inode);
	why = stargz_check_child(stargz_ino(dir), raw.type, stargz_ino(inode),
				 inode->i_mode, STARGZ_I(inode)->parent);
	if (why) {
		int err = stargz_damaged(inode, why);

		iput(inode);
		return ERR_PTR(err);
	}
	return d_splice_alias(inode, dentry);
}

const struct inode_operations stargz_dir_iops = {
	.lookup		= stargz_lookup,
	.getattr	= stargz_getattr,
	.listxattr	= stargz_listxattr,
	.stargz_get_acl_op = stargz_get_acl,
};
