// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rename(2) gives a name another inode. This would separate a file from its
 * other hard links. It is impossible if the file is a mount point, as in
 * containers, or if it is in a directory with the sticky bit and belongs to
 * another user.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "output_copy.h"

#define STEP	(1u << 30)

static int copy_bytes(int from, int to)
{
	off_t at = 0;
	ssize_t n;

	do {
		n = sendfile(to, from, &at, STEP);
	} while (n > 0 || (n < 0 && errno == EINTR));
	if (n < 0)
		return -1;
	return ftruncate(to, at);
}

int output_copy(int from, int dir, const char *name, const struct stat *old)
{
	struct stat now;
	int ret = -1, code, to;

	to = openat(dir, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (to < 0)
		return -1;
	if (!fstat(to, &now) && (now.st_dev != old->st_dev ||
				 now.st_ino != old->st_ino))
		errno = ESTALE;
	else
		ret = copy_bytes(from, to) || fsync(to) ? -1 : 0;
	code = errno;
	if (close(to) && !ret)
		return -1;
	errno = code;
	return ret;
}
