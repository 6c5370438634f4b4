// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Preloaded into a program: before the read with the number $FLIP_AT, counted from
 * 1, the content of the file $FLIP_FILE becomes that of $FLIP_WITH.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <unistd.h>

static void flip(void)
{
	int from = open(getenv("FLIP_WITH"), O_RDONLY);
	int to = open(getenv("FLIP_FILE"), O_WRONLY);

	if (from < 0 || to < 0 || sendfile(to, from, NULL, 1 << 30) <= 0)
		abort();
	close(from);
	close(to);
}

ssize_t pread64(int fd, void *buf, size_t len, off64_t pos)
{
	static ssize_t (*next)(int fd, void *buf, size_t len, off64_t pos);
	static int reads;

	if (!next)
		next = (__typeof__(next))dlsym(RTLD_NEXT, "pread64");
	if (++reads == atoi(getenv("FLIP_AT")))
		flip();
	return next(fd, buf, len, pos);
}
