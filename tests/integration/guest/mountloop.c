// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mountloop - mount a blob and unmount it, many times.
 *
 *	mountloop BLOB INDEX DIR COUNT
 *
 * If the mount is in use it is unmounted lazily. Each round reads one
 * directory. The test is a single process, because processes are slow on an
 * emulated machine. Prints the number of failures, and the last one.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

static int list(const char *path)
{
	DIR *dir = opendir(path);
	int count = 0;

	if (!dir)
		return -1;
	while (readdir(dir))
		count++;
	closedir(dir);
	/* There are entries besides "." and "..". */
	return count > 2 ? 0 : -1;
}

static int mount_once(const char *blob, const char *options, const char *dir)
{
	int ret;

	if (mount(blob, dir, "stargz", MS_RDONLY, options))
		return -1;
	ret = list(dir);
	if (umount2(dir, 0) &&
	    (errno != EBUSY || umount2(dir, MNT_DETACH)))
		return -1;
	return ret;
}

int main(int argc, char **argv)
{
	const char *why = "nothing";
	char options[4096];
	int bad = 0, i;

	if (argc != 5)
		errx(2, "Usage: mountloop BLOB INDEX DIR COUNT");
	snprintf(options, sizeof(options), "index=%s", argv[2]);
	for (i = 0; i < atoi(argv[4]); i++) {
		errno = 0;
		if (!mount_once(argv[1], options, argv[3]))
			continue;
		bad++;
		why = strerror(errno);
	}
	printf("%d wrong, %s\n", bad, why);
	return bad > 0;
}
