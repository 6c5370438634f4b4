// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * All calls use /proc/self/fd, which refers to the inode of the descriptor,
 * also if that is a symbolic link. The order matters: a change of the owner
 * removes capabilities and set-user-ID bits, and an access control list changes
 * the mode.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/timestamp.h"
#include "base/xattr_pool.h"
#include "index/records.h"
#include "inspect/extract_attrs.h"

#define NSEC	1000000000u

static int set_failed(const struct sgz_context *ctx, const char *what)
{
	return sgz_fail(ctx, -errno, "%s: %s", what, strerror(errno));
}

/* May the owner of the file set the attribute, without privileges? */
static bool is_common(const struct sgz_xattr *attr)
{
	static const char user[] = "user.", acl[] = "system.";

	return (attr->name_len > 5 && !memcmp(attr->name, user, 5)) ||
	       (attr->name_len > 7 && !memcmp(attr->name, acl, 7));
}

/*
 * The second mark of an opaque directory is for overlayfs mounts without
 * privileges. An extracted tree needs only the first one.
 */
static bool is_second_mark(const struct sgz_index *index,
			   const struct sgz_xattr *attr)
{
	static const char name[] = "user.overlay.opaque";

	return !(le32toh(index->sb.feature_compat) & STARGZ_COMPAT_RAW_VIEW) &&
	       attr->name_len == strlen(name) &&
	       !memcmp(attr->name, name, attr->name_len);
}

static void set_xattr(const struct sgz_context *ctx, const char *path,
		      const struct sgz_xattr *attr, const char *owner)
{
	char name[256];

	memcpy(name, attr->name, attr->name_len);
	name[attr->name_len] = '\0';
	if (!setxattr(path, name, attr->value, attr->value_len, 0))
		return;
	sgz_warn(ctx, "%s: extended attribute %s: %s", owner,
		 sgz_quote(name, attr->name_len).text, strerror(errno));
}

static int set_xattrs(const struct sgz_context *ctx,
		      const struct sgz_index *index, uint32_t id,
		      const char *path, const char *owner)
{
	const struct sgz_xattr_pool pool = {
		.heap = index->table[STARGZ_TABLE_XATTRS],
	};
	struct sgz_arena arena = { 0 };
	struct sgz_vec attrs = { 0 };
	const struct sgz_xattr *attr;
	int ret = sgz_xattr_pool_get(&pool, id, &arena, &attrs);

	attr = attrs.data;
	for (size_t i = 0; !ret && i < attrs.count; i++, attr++)
		if ((!geteuid() || is_common(attr)) &&
		    !is_second_mark(index, attr))
			set_xattr(ctx, path, attr, owner);
	sgz_vec_free(&attrs);
	sgz_arena_free(&arena);
	return ret ? sgz_nomem(ctx) : 0;
}

static struct timespec time_of(const struct stargz_inode *inode)
{
	uint64_t time = le64toh(inode->mtime);

	return (struct timespec){
		.tv_sec = STARGZ_TIME_BASE + (int64_t)(time / NSEC),
		.tv_nsec = time % NSEC,
	};
}

int sgz_extract_attributes(const struct sgz_context *ctx,
			   const struct sgz_index *index, uint32_t ino, int fd,
			   const char *name)
{
	const struct stargz_inode *inode = sgz_inode(index, ino);
	struct timespec times[2] = { time_of(inode), time_of(inode) };
	mode_t mode = le16toh(inode->mode);
	bool root = !geteuid();
	char path[40];
	int ret;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (root && chown(path, le32toh(inode->uid), le32toh(inode->gid)))
		return set_failed(ctx, "owner");
	ret = set_xattrs(ctx, index, le32toh(inode->xattr), path, name);
	if (ret)
		return ret;
	/* The owner may differ from the index: no set-user-ID, set-group-ID. */
	mode &= root ? 07777 : 01777;
	if (!S_ISLNK(le16toh(inode->mode)) && chmod(path, mode))
		return set_failed(ctx, "mode");
	if (utimensat(AT_FDCWD, path, times, 0))
		return set_failed(ctx, "time");
	return 0;
}
