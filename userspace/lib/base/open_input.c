// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Opening input files by name.
 */
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/context.h"
#include "stargz/open.h"

/* Is it a FIFO of a file system, which may have no writer? */
static bool is_named_fifo(int fd)
{
	struct stat st;
	struct statfs fs;

	return !fstat(fd, &st) && S_ISFIFO(st.st_mode) && !fstatfs(fd, &fs) &&
	       fs.f_type != PIPEFS_MAGIC;
}

int stargz_open_input(const char *path, struct stargz_error *err)
{
	struct stargz_error unwanted;
	const struct sgz_context ctx = { .err = err ? err : &unwanted };
	/* With O_NONBLOCK, open() of a FIFO does not wait for a writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int flags;

	if (fd < 0)
		return sgz_fail(&ctx, -errno, "%s", strerror(errno));
	if (is_named_fifo(fd)) {
		close(fd);
		return sgz_fail(&ctx, -EINVAL, "is a FIFO, not a regular file or a block device");
	}
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK)) {
		int code = -errno;

		close(fd);
		return sgz_fail(&ctx, code, "%s", strerror(-code));
	}
	return fd;
}
