// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - extended attributes and POSIX ACLs.
 *
 * An inode refers to a set in the xattr table: a header followed by consecutive
 * attributes. Inodes with equal attributes share a set. All data is read-only,
 * so there are no locks.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/posix_acl_xattr.h>
#include <linux/sched/signal.h>
#include <linux/xattr.h>

#include "internal.h"

/* Iterator over a set: the current attribute, and the rest of the set. */
struct stargz_xattr_iter {
	struct inode *inode;
	struct stargz_cursor cur;
	u64 next;
	u32 left;
	u32 count;
	u32 value_len;
	u64 value;
	u8 prefix;
	u8 name_len;
	char name[U8_MAX];
};

static const char *const stargz_xattr_prefixes[] = {
	[STARGZ_XATTR_USER]	   = XATTR_USER_PREFIX,
	[STARGZ_XATTR_TRUSTED]	   = XATTR_TRUSTED_PREFIX,
	[STARGZ_XATTR_SECURITY]	   = XATTR_SECURITY_PREFIX,
	[STARGZ_XATTR_ACL_ACCESS]  = XATTR_NAME_POSIX_ACL_ACCESS,
	[STARGZ_XATTR_ACL_DEFAULT] = XATTR_NAME_POSIX_ACL_DEFAULT,
};

/*
 * Move to the start of the set of @inode, which may be empty. The caller must
 * end the cursor, also after an error.
 */
static int stargz_xattr_first(struct stargz_xattr_iter *it,
			      struct inode *inode)
{
	struct super_block *sb = inode->i_sb;
	u32 xattr = STARGZ_I(inode)->xattr;
	struct stargz_xattr_set raw;
	const char *why;
	int err;

	it->inode = inode;
	it->cur = (struct stargz_cursor)STARGZ_CURSOR(sb, STARGZ_TABLE_XATTRS);
	it->count = 0;
	if (!xattr)
		return 0;
	it->next = 4ULL * (xattr - 1);
	err = stargz_cursor_read(&it->cur, it->next, &raw, sizeof(raw));
	if (err)
		return err;
	why = stargz_check_xattr_set(&STARGZ_SB(sb)->super, it->next, &raw);
	if (why)
		return stargz_damaged(it->inode, why);
	it->next += sizeof(raw);
	it->left = le32_to_cpu(raw.size) - sizeof(raw);
	it->count = le32_to_cpu(raw.count);
	return 0;
}

/* Read the next attribute: 1 on success, 0 at the end, or an errno. */
static int stargz_xattr_next(struct stargz_xattr_iter *it)
{
	struct stargz_xattr raw;
	const char *why;
	u32 size;
	int err;

	if (!it->count)
		return 0;
	if (it->left < sizeof(raw))
		return stargz_damaged(it->inode, "truncated set of extended attributes");
	err = stargz_cursor_read(&it->cur, it->next, &raw, sizeof(raw));
	if (err)
		return err;
	why = stargz_check_xattr(&raw, it->left, &size);
	if (why)
		return stargz_damaged(it->inode, why);
	it->prefix = raw.prefix;
	it->name_len = raw.name_len;
	it->value_len = le32_to_cpu(raw.value_len);
	it->value = it->next + sizeof(raw) + raw.name_len;
	err = stargz_cursor_read(&it->cur, it->next + sizeof(raw), it->name,
				 raw.name_len);
	if (err)
		return err;
	why = stargz_check_xattr_name(&raw, it->name);
	if (why)
		return stargz_damaged(it->inode, why);
	it->next += size;
	it->left -= size;
	it->count--;
	/* A set may have 128 Ki attributes. */
	if (fatal_signal_pending(current))
		return -EINTR;
	cond_resched();
	return 1;
}

/* Copy the current value; returns its length, just that if @size is zero. */
static int stargz_xattr_value(struct stargz_xattr_iter *it, void *buffer,
			      size_t size)
{
	int err;

	if (!size)
		return it->value_len;
	if (it->value_len > size)
		return -ERANGE;
	err = stargz_cursor_read(&it->cur, it->value, buffer, it->value_len);
	return err ? err : it->value_len;
}

/* Move to an attribute: 1 found, 0 not found, or an errno. */
static int stargz_xattr_find(struct stargz_xattr_iter *it, u8 prefix,
			     const char *name)
{
	size_t len = strlen(name);
	int ret;

	while ((ret = stargz_xattr_next(it)) > 0)
		if (it->prefix == prefix && it->name_len == len &&
		    !memcmp(it->name, name, len))
			break;
	return ret;
}

/* The value of one attribute, or its length if @size is zero. */
static int stargz_xattr_get(struct inode *inode, u8 prefix, const char *name,
			    void *buffer, size_t size)
{
	struct stargz_xattr_iter it;
	int ret;

	ret = stargz_xattr_first(&it, inode);
	if (!ret)
		ret = stargz_xattr_find(&it, prefix, name);
	if (ret > 0)
		ret = stargz_xattr_value(&it, buffer, size);
	else if (!ret)
		ret = -ENODATA;
	stargz_cursor_end(&it.cur);
	return ret;
}

static int stargz_handler_get(const struct xattr_handler *handler,
			      struct dentry *dentry, struct inode *inode,
			      const char *name, void *buffer, size_t size)
{
	return stargz_xattr_get(inode, handler->flags, name, buffer, size);
}

static const struct xattr_handler stargz_user_handler = {
	.prefix	= XATTR_USER_PREFIX,
	.flags	= STARGZ_XATTR_USER,
	.get	= stargz_handler_get,
};

static const struct xattr_handler stargz_trusted_handler = {
	.prefix	= XATTR_TRUSTED_PREFIX,
	.flags	= STARGZ_XATTR_TRUSTED,
	.get	= stargz_handler_get,
};

static const struct xattr_handler stargz_security_handler = {
	.prefix	= XATTR_SECURITY_PREFIX,
	.flags	= STARGZ_XATTR_SECURITY,
	.get	= stargz_handler_get,
};

const struct xattr_handler *STARGZ_XATTR_CONST stargz_xattr_handlers[] = {
	&stargz_user_handler,
	&stargz_trusted_handler,
	&stargz_security_handler,
#if IS_ENABLED(CONFIG_FS_POSIX_ACL)
	STARGZ_ACL_XATTR_HANDLERS
#endif
	NULL
};

static bool stargz_xattr_visible(const struct stargz_xattr_iter *it)
{
	switch (it->prefix) {
	case STARGZ_XATTR_TRUSTED:
		return capable(CAP_SYS_ADMIN);
	case STARGZ_XATTR_ACL_ACCESS:
	case STARGZ_XATTR_ACL_DEFAULT:
		return IS_ENABLED(CONFIG_FS_POSIX_ACL);
	default:
		return true;
	}
}

/* Copy the names of all attributes to @buffer, or only add up their length. */
static ssize_t stargz_xattr_list(struct stargz_xattr_iter *it, char *buffer,
				 size_t size)
{
	ssize_t total = 0;
	int err;

	while ((err = stargz_xattr_next(it)) > 0) {
		const char *prefix = stargz_xattr_prefixes[it->prefix];
		size_t plen = strlen(prefix), len = plen + it->name_len + 1;

		if (!stargz_xattr_visible(it))
			continue;
		if (size) {
			if (len > size - total)
				return -ERANGE;
			memcpy(buffer + total, prefix, plen);
			memcpy(buffer + total + plen, it->name, it->name_len);
			buffer[total + len - 1] = '\0';
		}
		total += len;
	}
	return err ? err : total;
}

/**
 * stargz_listxattr() - names of attributes, as inode_operations.listxattr
 * @dentry: the file
 * @buffer: destination of the names, each terminated by a NUL
 * @size: size of @buffer in bytes, or zero to query the needed size
 *
 * Return: size of all names in bytes, -ERANGE if @size is too small,
 * -EFSCORRUPTED, -EIO.
 */
ssize_t stargz_listxattr(struct dentry *dentry, char *buffer, size_t size)
{
	struct stargz_xattr_iter it;
	ssize_t ret;

	ret = stargz_xattr_first(&it, d_inode(dentry));
	if (!ret)
		ret = stargz_xattr_list(&it, buffer, size);
	stargz_cursor_end(&it.cur);
	return ret;
}

#if IS_ENABLED(CONFIG_FS_POSIX_ACL)
/**
 * stargz_get_acl() - ACL of an inode, as inode_operations.get_inode_acl
 * @inode: the inode
 * @type: %ACL_TYPE_ACCESS or %ACL_TYPE_DEFAULT
 * @rcu: called under RCU, where reading is impossible
 *
 * Return: the ACL, NULL if there is none, or an ERR_PTR.
 */
struct posix_acl *stargz_get_acl(struct inode *inode, int type, bool rcu)
{
	u8 prefix = type == ACL_TYPE_DEFAULT ? STARGZ_XATTR_ACL_DEFAULT :
					       STARGZ_XATTR_ACL_ACCESS;
	struct posix_acl *acl;
	void *value;
	int len;

	if (rcu)
		return ERR_PTR(-ECHILD);
	len = stargz_xattr_get(inode, prefix, "", NULL, 0);
	if (len == -ENODATA || !len)
		return NULL;
	if (len < 0)
		return ERR_PTR(len);
	value = kvmalloc(len, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!value)
		return ERR_PTR(-ENOMEM);
	len = stargz_xattr_get(inode, prefix, "", value, len);
	if (len < 0)
		acl = ERR_PTR(len);
	else
		acl = posix_acl_from_xattr(&init_user_ns, value, len);
	kvfree(value);
	return acl;
}
#endif
