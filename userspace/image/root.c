// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../mount/xalloc.h"
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

/* Make the directory @name in @parent, a path that exists. */
static int make_one(int root, const char *parent, const char *name, uid_t uid,
		    gid_t gid)
{
	int dir = root_open(root, parent, O_RDONLY | O_DIRECTORY), ret = 0;

	if (dir < 0)
		return dir;
	if (mkdirat(dir, name, 0755))
		ret = errno == EEXIST ? 0 : -errno;
	else if (fchownat(dir, name, uid, gid, AT_SYMLINK_NOFOLLOW))
		ret = -errno;
	close(dir);
	return ret;
}

int root_make_directory(int root, const char *path, uid_t uid, gid_t gid)
{
	char *copy = xasprintf("%s", path), *done = xasprintf("/");
	char *rest = copy, *name;
	int ret = 0;

	while (!ret && (name = strsep(&rest, "/"))) {
		if (!*name || !strcmp(name, "."))
			continue;
		if (strcmp(name, ".."))
			ret = make_one(root, done, name, uid, gid);
		done = xappend(done, "%s/", name);
	}
	free(copy);
	free(done);
	return ret;
}
