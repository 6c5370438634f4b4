// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: paths in an image that is not mounted. The kernel follows as many
 * symbolic links.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../../mount/xalloc.h"
#include "path.h"

#define LINKS_MAX	40
#define PATH_BYTES_MAX	4096

/* Remove the last name of a path. */
static void up(char *path)
{
	char *slash = strrchr(path, '/');

	*(slash ? slash : path) = '\0';
}

static int look(struct stargz_opened *tree, const char *path,
		struct stargz_stat *st)
{
	struct stargz_error err;
	uint32_t ino;
	int ret = stargz_lookup(tree, path, &ino, &err);

	return ret ? ret : stargz_stat(tree, ino, st, &err);
}

/* Replace the rest of a path by the target of a link and the rest. */
static int follow(struct stargz_opened *tree, const struct stargz_stat *st,
		  char **done, char **rest, const char *after)
{
	struct stargz_error err;
	const char *target;
	char *longer;
	size_t len;
	int ret = stargz_readlink(tree, st->ino, &target, &len, &err);

	if (ret)
		return ret;
	longer = xasprintf("%.*s/%s", (int)len, target, after);
	free(*rest);
	*rest = longer;
	if (len && *target == '/')
		**done = '\0';
	else
		up(*done);
	return strlen(longer) > PATH_BYTES_MAX ? -ENAMETOOLONG : 0;
}

/* Take one name from the rest to what is done. */
static int step(struct stargz_opened *tree, char **done, char **rest,
		unsigned int *links, struct stargz_stat *st)
{
	char *name = *rest + strspn(*rest, "/");
	size_t len = strcspn(name, "/");
	char *after = xasprintf("%s", name + len);
	int ret = 0;

	if (!S_ISDIR(st->mode)) {
		ret = -ENOTDIR;
	} else if (len == 2 && !strncmp(name, "..", 2)) {
		up(*done);
		ret = look(tree, *done, st);
	} else if (len && !(len == 1 && *name == '.')) {
		*done = xappend(*done, "/%.*s", (int)len, name);
		ret = look(tree, *done, st);
	}
	if (!ret && S_ISLNK(st->mode)) {
		ret = ++*links > LINKS_MAX ? -ELOOP :
		      follow(tree, st, done, rest, after);
		free(after);
		return ret ? ret : look(tree, *done, st);
	}
	free(*rest);
	*rest = after;
	return ret;
}

int path_find(struct stargz_opened *tree, const char *path,
	      struct stargz_stat *st)
{
	char *done = xasprintf("%s", ""), *rest = xasprintf("%s", path);
	unsigned int links = 0;
	int ret = look(tree, done, st);

	while (!ret && rest[strspn(rest, "/")])
		ret = step(tree, &done, &rest, &links, st);
	free(done);
	free(rest);
	return ret;
}
