// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Uses one openat(2) for each name. openat2(2) would need a single call, but is
 * not available everywhere, and limits the length of a path.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/openat_beneath.h"

static int open_name(int dir, const char *name, size_t len, int flags)
{
	char text[NAME_MAX + 1];
	int fd;

	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	if ((len == 1 && *name == '.') ||
	    (len == 2 && !memcmp(name, "..", 2)))
		return -EINVAL;
	memcpy(text, name, len);
	text[len] = '\0';
	fd = openat(dir, text, flags | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int sgz_beneath_open(int root, const char *path, size_t len, int flags)
{
	const char *end = path + len;
	int dir = fcntl(root, F_DUPFD_CLOEXEC, 0);

	if (dir < 0)
		return -errno;
	while (path < end) {
		const char *slash = memchr(path, '/', end - path);
		size_t n = (slash ? slash : end) - path;
		int next;

		next = open_name(dir, path, n, slash ? O_PATH | O_DIRECTORY :
						       flags);
		close(dir);
		if (next < 0)
			return next;
		dir = next;
		path += n + !!slash;
	}
	return dir;
}
