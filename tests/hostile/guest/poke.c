// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * poke - one system call, for shell scripts.
 *
 *	poke hole|data FILE		lseek() to the first one
 *	poke count FILE			FIEMAP, just the number of extents
 *	poke fiemap FILE		FIEMAP, lines of start, end, and "last"
 *	poke noattr FILE		query an attribute that does not exist
 *	poke page FILE OFFSET		read a byte
 *	poke readahead FILE		readahead() of the whole file
 *	poke excl FILE			open it exclusively
 *	poke hold FILE			the same, until standard input ends
 *	poke mount TYPE SOURCE DIR OPTIONS
 *
 * Prints the result; the exit status is 1 if the call failed.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define EXTENTS 256

static const char *name;
static int fd;

static int failed(void)
{
	printf("%s\n", strerror(errno));
	return 1;
}

static int seek(int whence)
{
	off_t at = lseek(fd, 0, whence);

	if (at < 0)
		return failed();
	printf("%lld\n", (long long)at);
	return 0;
}

static int count(void)
{
	struct fiemap map = { .fm_length = FIEMAP_MAX_OFFSET };

	if (ioctl(fd, FS_IOC_FIEMAP, &map))
		return failed();
	printf("%u\n", map.fm_mapped_extents);
	return 0;
}

static int fiemap(void)
{
	static union {
		struct fiemap map;
		char room[sizeof(struct fiemap) +
			  EXTENTS * sizeof(struct fiemap_extent)];
	} u;
	unsigned int i;

	u.map.fm_length = FIEMAP_MAX_OFFSET;
	u.map.fm_extent_count = EXTENTS;
	if (ioctl(fd, FS_IOC_FIEMAP, &u.map))
		return failed();
	for (i = 0; i < u.map.fm_mapped_extents; i++) {
		const struct fiemap_extent *e = &u.map.fm_extents[i];

		printf("%llu %llu%s\n", (unsigned long long)e->fe_logical,
		       (unsigned long long)(e->fe_logical + e->fe_length),
		       e->fe_flags & FIEMAP_EXTENT_LAST ? " last" : "");
	}
	return 0;
}

static int noattr(void)
{
	char value[16];

	if (fgetxattr(fd, "user.zzzz", value, sizeof(value)) >= 0)
		return 0;
	return errno == ENODATA ? 0 : failed();
}

static int page(const char *offset)
{
	char byte;
	ssize_t n = pread(fd, &byte, 1, strtoll(offset, NULL, 0));

	if (n < 0)
		return failed();
	printf("%zd\n", n);
	return 0;
}

static int excl(int wait)
{
	char byte;

	if (open(name, O_RDONLY | O_EXCL) < 0)
		return failed();
	printf("open\n");
	fflush(stdout);
	if (wait && read(STDIN_FILENO, &byte, 1) < 0)
		return failed();
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";
	struct stat st;

	if (!strcmp(what, "mount") && argc == 6)
		return mount(argv[3], argv[4], argv[2], MS_RDONLY, argv[5]) ?
			failed() : 0;
	name = argv[2];
	if (!strcmp(what, "excl") || !strcmp(what, "hold"))
		return excl(*what == 'h');
	fd = open(name ? name : "", O_RDONLY);
	if (fd < 0 || fstat(fd, &st))
		err(1, "%s", name);
	if (!strcmp(what, "hole"))
		return seek(SEEK_HOLE);
	if (!strcmp(what, "data"))
		return seek(SEEK_DATA);
	if (!strcmp(what, "count"))
		return count();
	if (!strcmp(what, "fiemap"))
		return fiemap();
	if (!strcmp(what, "noattr"))
		return noattr();
	if (!strcmp(what, "page") && argc == 4)
		return page(argv[3]);
	if (!strcmp(what, "readahead"))
		return readahead(fd, 0, st.st_size) ? failed() : 0;
	errx(2, "Usage: poke WHAT FILE");
}
