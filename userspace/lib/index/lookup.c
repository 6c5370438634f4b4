// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Paths in an index that was checked: every directory except the root has a
 * parent with a smaller number, so loops over parents end.
 */
#include <stdlib.h>
#include <sys/stat.h>

#include "index/lookup.h"
#include "index/records.h"

static bool is_dir(const struct sgz_index *index, uint32_t ino)
{
	return S_ISDIR(le16toh(sgz_inode(index, ino)->mode));
}

int sgz_inodepath_make(struct sgz_inodepath *names,
		       const struct sgz_context *ctx,
		       const struct sgz_index *index)
{
	size_t count = index->table[STARGZ_TABLE_INODES].count;
	uint32_t *dirent = sgz_vec_add(&names->dirent, count, sizeof(*dirent));
	uint32_t *dir = sgz_vec_add(&names->dir, count, sizeof(*dir));

	if (!dirent || !dir)
		return sgz_nomem(ctx);
	names->index = index;
	for (size_t ino = 1; ino <= count; ino++) {
		const struct stargz_inode *inode = sgz_inode(index, ino);
		uint32_t first = le32toh(inode->a);

		if (!is_dir(index, ino))
			continue;
		for (uint32_t i = 0; i < le32toh(inode->b); i++) {
			uint32_t child = le32toh(sgz_dirent(index,
							    first + i)->ino);

			if (dirent[child - 1])
				continue;
			dirent[child - 1] = first + i + 1;
			dir[child - 1] = ino;
		}
	}
	return 0;
}

static const struct stargz_dirent *first_name(const struct sgz_inodepath *names,
					      uint32_t ino)
{
	uint32_t i = ((const uint32_t *)names->dirent.data)[ino - 1];

	return i ? sgz_dirent(names->index, i - 1) : NULL;
}

static uint32_t directory(const struct sgz_inodepath *names, uint32_t ino)
{
	return ((const uint32_t *)names->dir.data)[ino - 1];
}

/* Length in bytes of the path of an inode, with a slash before each name. */
static int path_length(const struct sgz_inodepath *names, uint32_t ino,
		       size_t *len)
{
	*len = 0;
	while (ino != STARGZ_ROOT_INO) {
		const struct stargz_dirent *d = first_name(names, ino);

		if (!d)
			return -ENOENT;
		*len += 1 + d->name_len;
		if (*len > SGZ_PATH_LONGEST)
			return -ENAMETOOLONG;
		ino = directory(names, ino);
	}
	return 0;
}

int sgz_inodepath_get(const struct sgz_inodepath *names, uint32_t ino,
		      char **path, size_t *len)
{
	size_t at;
	int ret = path_length(names, ino, len);

	if (ret)
		return ret;
	at = *len ? --*len : 0;
	*path = malloc(*len + 1);
	if (!*path)
		return -ENOMEM;
	(*path)[*len] = '\0';
	while (ino != STARGZ_ROOT_INO) {
		const struct stargz_dirent *d = first_name(names, ino);

		at -= d->name_len;
		memcpy(*path + at, sgz_name(names->index, d), d->name_len);
		if (at)
			(*path)[--at] = '/';
		ino = directory(names, ino);
	}
	return 0;
}

struct sgz_quoted sgz_inodepath_quoted(const struct sgz_inodepath *names,
				       uint32_t ino)
{
	struct sgz_quoted quoted;
	size_t len;
	char *path;

	if (sgz_inodepath_get(names, ino, &path, &len)) {
		snprintf(quoted.text, sizeof(quoted.text), "inode %u", ino);
		return quoted;
	}
	quoted = len ? sgz_quote(path, len) : sgz_quote("/", 1);
	free(path);
	return quoted;
}

void sgz_inodepath_free(struct sgz_inodepath *names)
{
	sgz_vec_free(&names->dirent);
	sgz_vec_free(&names->dir);
}

uint32_t sgz_find_name(const struct sgz_index *index, uint32_t dir,
		       const char *name, size_t len)
{
	const struct stargz_inode *inode = sgz_inode(index, dir);
	uint64_t low = le32toh(inode->a), high = low + le32toh(inode->b);

	while (low < high) {
		uint64_t mid = low + (high - low) / 2;
		const struct stargz_dirent *d = sgz_dirent(index, mid);
		size_t n = len < d->name_len ? len : d->name_len;
		int diff = memcmp(sgz_name(index, d), name, n);

		if (!diff && d->name_len == len)
			return le32toh(d->ino);
		if (diff < 0 || (!diff && d->name_len < len))
			low = mid + 1;
		else
			high = mid;
	}
	return 0;
}

uint32_t sgz_find_path(const struct sgz_index *index, const char *path,
		       size_t len)
{
	const char *end = path + len;
	uint32_t ino = STARGZ_ROOT_INO;

	while (path < end && ino) {
		const char *slash = memchr(path, '/', end - path);
		size_t n = (slash ? slash : end) - path;

		if (n && !is_dir(index, ino))
			return 0;
		if (n)
			ino = sgz_find_name(index, ino, path, n);
		path += n + !!slash;
	}
	return ino;
}
