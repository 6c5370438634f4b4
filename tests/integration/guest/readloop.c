// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * readloop - read all files below a directory, again and again, until killed.
 *
 *	readloop DIR
 *
 * For use while DIR is mounted and unmounted: no error stops it. It is a single
 * process, because processes are slow on an emulated machine.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_one(const char *path, const struct stat *st, int type,
		    struct FTW *ftw)
{
	char data[1 << 16];
	int fd;

	(void)ftw;
	if (type != FTW_F || !S_ISREG(st->st_mode))
		return 0;
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return 0;
	while (read(fd, data, sizeof(data)) > 0)
		;
	close(fd);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "Usage: readloop DIR");
	for (;;) {
		nftw(argv[1], read_one, 16, FTW_PHYS);
		/* Leave time for the process that mounts and unmounts. */
		usleep(20000);
	}
}
