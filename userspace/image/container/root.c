// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../mount/xalloc.h"
#include "root.h"

/* Largest text file to read. */
#define FILE_MAX	(1 << 20)

int root_open(int root, const char *path, int flags)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int fd = syscall(SYS_openat2, root, path, &how, sizeof(how));

	return fd < 0 ? -errno : fd;
}

FILE *root_read(int root, const char *path)
{
	int fd = root_open(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	FILE *file = NULL;
	struct stat st;

	if (fd < 0)
		return NULL;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size <= FILE_MAX)
		file = fdopen(fd, "r");
	if (!file)
		close(fd);
	return file;
}

/* Open a directory, without following a symbolic link. */
static int open_one(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
			O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Open a directory by the first @len bytes of its path from the root on. */
static int open_whole(int root, const char *path, size_t len)
{
	char *copy = xasprintf("%.*s", (int)len, path);
	int fd = root_open(root, copy, O_RDONLY | O_DIRECTORY);

	free(copy);
	return fd;
}

/*
 * Make the directory @name in @dir, and open it. The first @len bytes of @path are
 * its path, which is needed if the name is a symbolic link.
 */
static int make_one(int root, int dir, const char *name, const char *path,
		    size_t len, uid_t uid, gid_t gid)
{
	int fd;

	if (!strcmp(name, ".."))
		return open_whole(root, path, len);
	if (!mkdirat(dir, name, 0755)) {
		if (fchownat(dir, name, uid, gid, AT_SYMLINK_NOFOLLOW))
			return -errno;
	} else if (errno != EEXIST) {
		return -errno;
	}
	fd = open_one(dir, name);
	return fd == -ENOTDIR || fd == -ELOOP ? open_whole(root, path, len) :
						fd;
}

int root_make_directory(int root, const char *path, uid_t uid, gid_t gid)
{
	char *copy, *rest, *name;
	int dir;

	if (strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	copy = xasprintf("%s", path);
	rest = copy;
	dir = root_open(root, "/", O_RDONLY | O_DIRECTORY);
	/* Each directory is entered once: the work is linear in the path. */
	while (dir >= 0 && (name = strsep(&rest, "/"))) {
		int next;

		if (!*name || !strcmp(name, "."))
			continue;
		next = make_one(root, dir, name, path,
				name - copy + strlen(name), uid, gid);
		close(dir);
		dir = next;
	}
	free(copy);
	if (dir >= 0)
		close(dir);
	return dir < 0 ? dir : 0;
}
