// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * A walk keeps the directories of the current path, and the path as text.
 */
#include <sys/stat.h>

#include "index/lookup.h"
#include "index/records.h"
#include "index/walk.h"

/* A directory of the current path, with the range of its remaining entries. */
struct level {
	uint32_t ino;
	uint32_t next;
	uint32_t end;
	size_t path_len;
};

static bool is_dir(const struct sgz_treewalk *w, uint32_t ino)
{
	return S_ISDIR(le16toh(sgz_inode(w->index, ino)->mode));
}

/* Append a name to the path, and update the members that depend on it. */
static int append(struct sgz_treewalk *w, size_t len, const char *name,
		  size_t name_len)
{
	size_t slash = len ? 1 : 0;
	char *to;

	if (len + slash + name_len > SGZ_PATH_LONGEST)
		return sgz_fail(w->ctx, -ENAMETOOLONG,
				"a path is longer than %d bytes",
				SGZ_PATH_LONGEST);
	w->text.count = len;
	to = sgz_vec_add(&w->text, slash + name_len + 1, 1);
	if (!to)
		return sgz_nomem(w->ctx);
	if (slash)
		*to++ = '/';
	memcpy(to, name, name_len);
	w->path = w->text.data;
	w->path_len = len + slash + name_len;
	w->name = to;
	w->name_len = name_len;
	return 0;
}

/* The name is the part after the last slash of the path. */
static void find_name(struct sgz_treewalk *w)
{
	const char *slash = memrchr(w->path, '/', w->path_len);

	w->name = slash ? slash + 1 : w->path;
	w->name_len = w->path + w->path_len - w->name;
}

static int enter(struct sgz_treewalk *w)
{
	const struct stargz_inode *inode = sgz_inode(w->index, w->ino);
	struct level *level = sgz_vec_add(&w->levels, 1, sizeof(*level));

	if (!level)
		return sgz_nomem(w->ctx);
	level->ino = w->ino;
	level->next = le32toh(inode->a);
	level->end = level->next + le32toh(inode->b);
	level->path_len = w->path_len;
	return 0;
}

int sgz_treewalk_open(struct sgz_treewalk *w, const struct sgz_context *ctx,
		      const struct sgz_index *index, const char *path,
		      size_t len)
{
	int ret;

	w->ctx = ctx;
	w->index = index;
	w->ino = sgz_find_path(index, path, len);
	if (!w->ino)
		return sgz_fail(ctx, -ENOENT, "%s: not in the tree",
				sgz_quote(path, len).text);
	/* Remove leading and trailing slashes. */
	while (len && *path == '/') {
		path++;
		len--;
	}
	while (len && path[len - 1] == '/')
		len--;
	ret = append(w, 0, path, len);
	if (!ret)
		find_name(w);
	return ret;
}

static struct level *last_level(const struct sgz_treewalk *w)
{
	return (struct level *)w->levels.data + w->levels.count - 1;
}

/* Visit a directory again, after its last entry. */
static int leave(struct sgz_treewalk *w)
{
	struct level level = *last_level(w);

	w->levels.count--;
	w->ino = level.ino;
	w->depth = w->levels.count;
	w->leaving = true;
	w->path_len = level.path_len;
	((char *)w->text.data)[w->path_len] = '\0';
	find_name(w);
	return 1;
}

/* Visit the next entry of the current directory. */
static int visit(struct sgz_treewalk *w)
{
	struct level *level = last_level(w);
	const struct stargz_dirent *d = sgz_dirent(w->index, level->next++);

	w->ino = le32toh(d->ino);
	w->depth = w->levels.count;
	return append(w, level->path_len, sgz_name(w->index, d), d->name_len) ?:
	       1;
}

int sgz_treewalk_next(struct sgz_treewalk *w)
{
	int ret = 0;

	if (!w->started) {
		w->started = true;
		return 1;
	}
	if (!w->leaving && !w->skip && is_dir(w, w->ino))
		ret = enter(w);
	w->leaving = false;
	w->skip = false;
	if (ret || !w->levels.count)
		return ret;
	if (last_level(w)->next == last_level(w)->end)
		return leave(w);
	return visit(w);
}

void sgz_treewalk_close(struct sgz_treewalk *w)
{
	sgz_vec_free(&w->levels);
	sgz_vec_free(&w->text);
}
