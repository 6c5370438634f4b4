// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * stargz/tree.h: the files of a handle.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/xattr_pool.h"
#include "content/file.h"
#include "index/records.h"
#include "index/walk.h"
#include "inspect/handle.h"
#include "stargz/tree.h"

#define NSEC	1000000000u

int stargz_lookup(struct stargz_opened *opened, const char *path,
		  uint32_t *ino, struct stargz_error *err)
{
	const struct sgz_context *ctx = sgz_handle_enter(opened, err);
	uint32_t found = sgz_find_path(&opened->o.index, path, strlen(path));

	if (!found)
		return sgz_fail(ctx, -ENOENT, "%s: not in the tree",
				sgz_quote(path, strlen(path)).text);
	*ino = found;
	return 0;
}

int stargz_path(struct stargz_opened *opened, uint32_t ino, char **path,
		struct stargz_error *err)
{
	const struct sgz_context *ctx = sgz_handle_enter(opened, err);
	size_t len;
	int ret = 0;

	if (!sgz_handle_inode(opened, ino))
		return -ENOENT;
	if (!opened->names.index)
		ret = sgz_inodepath_make(&opened->names, ctx,
					 &opened->o.index);
	if (ret) {
		sgz_inodepath_free(&opened->names);
		return ret;
	}
	ret = sgz_inodepath_get(&opened->names, ino, path, &len);
	return ret ? sgz_fail(ctx, ret, "inode %u: %s", ino, strerror(-ret)) :
		     0;
}

int stargz_stat(struct stargz_opened *opened, uint32_t ino,
		struct stargz_stat *st, struct stargz_error *err)
{
	const struct stargz_inode *inode;
	uint64_t mtime;

	sgz_handle_enter(opened, err);
	inode = sgz_handle_inode(opened, ino);
	if (!inode)
		return -ENOENT;
	mtime = le64toh(inode->mtime);
	*st = (struct stargz_stat){
		.ino = ino,
		.mode = le16toh(inode->mode),
		.nlink = le32toh(inode->nlink),
		.uid = le32toh(inode->uid),
		.gid = le32toh(inode->gid),
		.mtime_nsec = mtime % NSEC,
		.mtime_sec = (int64_t)(mtime / NSEC) + STARGZ_TIME_BASE,
		.size = le64toh(inode->size),
	};
	if (S_ISCHR(st->mode) || S_ISBLK(st->mode)) {
		st->dev_major = le32toh(inode->a);
		st->dev_minor = le32toh(inode->b);
	}
	return 0;
}

int stargz_readlink(struct stargz_opened *opened, uint32_t ino,
		    const char **target, size_t *len,
		    struct stargz_error *err)
{
	const struct sgz_context *ctx = sgz_handle_enter(opened, err);
	const struct stargz_inode *inode = sgz_handle_inode(opened, ino);

	if (!inode)
		return -ENOENT;
	if (!S_ISLNK(le16toh(inode->mode)))
		return sgz_fail(ctx, -EINVAL, "inode %u: not a symbolic link",
				ino);
	*target = (const char *)
		opened->o.index.table[STARGZ_TABLE_NAMES].data +
		le32toh(inode->a);
	*len = le64toh(inode->size);
	return 0;
}

static int hand_out(const struct sgz_xattr *attr, stargz_xattr_fn fn,
		    void *data)
{
	char name[STARGZ_NAME_MAX + 1];

	memcpy(name, attr->name, attr->name_len);
	name[attr->name_len] = '\0';
	return fn(data, name, attr->value, attr->value_len);
}

int stargz_xattrs(struct stargz_opened *opened, uint32_t ino,
		  stargz_xattr_fn fn, void *data, struct stargz_error *err)
{
	const struct sgz_context *ctx = sgz_handle_enter(opened, err);
	const struct stargz_inode *inode = sgz_handle_inode(opened, ino);
	const struct sgz_xattr_pool pool = {
		.heap = opened->o.index.table[STARGZ_TABLE_XATTRS],
	};
	struct sgz_arena arena = { 0 };
	struct sgz_vec attrs = { 0 };
	const struct sgz_xattr *attr;
	int ret;

	if (!inode)
		return -ENOENT;
	ret = sgz_xattr_pool_get(&pool, le32toh(inode->xattr), &arena, &attrs);
	if (ret)
		sgz_nomem(ctx);
	attr = attrs.data;
	for (size_t i = 0; !ret && i < attrs.count; i++)
		ret = hand_out(&attr[i], fn, data);
	sgz_vec_free(&attrs);
	sgz_arena_free(&arena);
	return ret;
}

/**
 * struct stargz_walk - a walk
 * @opened: the handle of the tree
 * @w: the walk inside the library
 */
struct stargz_walk {
	struct stargz_opened *opened;
	struct sgz_treewalk w;
};

int stargz_walk_open(struct stargz_walk **walk, struct stargz_opened *opened,
		     const char *path, struct stargz_error *err)
{
	const struct sgz_context *ctx = sgz_handle_enter(opened, err);
	struct stargz_walk *w = calloc(1, sizeof(*w));
	int ret;

	if (!w)
		return sgz_nomem(ctx);
	w->opened = opened;
	ret = sgz_treewalk_open(&w->w, ctx, &opened->o.index, path,
				strlen(path));
	if (ret)
		stargz_walk_close(w);
	else
		*walk = w;
	return ret;
}

int stargz_walk_next(struct stargz_walk *walk, struct stargz_walk_entry *entry,
		     struct stargz_error *err)
{
	int ret;

	sgz_handle_enter(walk->opened, err);
	ret = sgz_treewalk_next(&walk->w);
	if (ret == 1)
		*entry = (struct stargz_walk_entry){
			.path = walk->w.path,
			.path_len = walk->w.path_len,
			.name = walk->w.name,
			.ino = walk->w.ino,
			.depth = walk->w.depth,
			.leaving = walk->w.leaving,
		};
	return ret;
}

void stargz_walk_skip(struct stargz_walk *walk)
{
	walk->w.skip = true;
}

void stargz_walk_close(struct stargz_walk *walk)
{
	if (!walk)
		return;
	sgz_treewalk_close(&walk->w);
	free(walk);
}

/* Size of a regular file; or a negative errno with the error text set. */
static int file_size(struct stargz_opened *opened, uint32_t ino,
		     uint64_t *size)
{
	const struct stargz_inode *inode = sgz_handle_inode(opened, ino);

	if (!inode)
		return -ENOENT;
	if (!S_ISREG(le16toh(inode->mode)))
		return sgz_fail(&opened->ctx, -EINVAL,
				"inode %u: not a regular file", ino);
	*size = le64toh(inode->size);
	return 0;
}

int stargz_extent_at(struct stargz_opened *opened, uint32_t ino, uint64_t pos,
		     struct stargz_file_extent *extent,
		     struct stargz_error *err)
{
	const struct sgz_context *ctx = sgz_handle_enter(opened, err);
	struct sgz_run run;
	uint64_t size = 0;
	int ret = file_size(opened, ino, &size);

	if (ret)
		return ret;
	if (pos >= size)
		return sgz_fail(ctx, -EINVAL, "inode %u: ends before byte %llu",
				ino, (unsigned long long)pos);
	sgz_file_run(&opened->o.index, ino, pos, &run);
	*extent = (struct stargz_file_extent){
		.pos = run.pos,
		.len = run.len,
		.encoding = STARGZ_ENCODING_HOLE,
	};
	if (run.span != STARGZ_NO_SPAN) {
		extent->encoding = sgz_span(&opened->o.index, run.span)->codec;
		extent->span = run.span;
		extent->offset = run.offset;
	}
	return 0;
}

ssize_t stargz_read(struct stargz_opened *opened, uint32_t ino, void *buf,
		    size_t len, uint64_t pos, struct stargz_error *err)
{
	const struct sgz_context *ctx = sgz_handle_enter(opened, err);
	uint64_t size = 0;
	int ret = file_size(opened, ino, &size);

	if (ret)
		return ret;
	if (pos >= size)
		return 0;
	if (len > size - pos)
		len = size - pos;
	if (len > SSIZE_MAX)
		len = SSIZE_MAX;
	if (!opened->reader)
		opened->reader = sgz_spanread_open(ctx, &opened->o.index,
						   opened->o.blobs);
	if (!opened->reader)
		return sgz_nomem(ctx);
	ret = sgz_file_read(opened->reader, ino, pos, buf, len);
	return ret ? ret : (ssize_t)len;
}
