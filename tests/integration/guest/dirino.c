// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dirino - compare the inode numbers of readdir(3) and stat(2).
 *
 *	dirino DIR
 *
 * Prints the name of each entry of DIR whose numbers differ. ls and find call stat
 * for directories and cannot tell.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

int main(int argc, char **argv)
{
	struct dirent *entry;
	struct stat st;
	DIR *dir;

	if (argc != 2)
		errx(2, "usage: dirino DIR");
	dir = opendir(argv[1]);
	if (!dir)
		err(2, "%s", argv[1]);
	while ((entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW))
			err(2, "%s/%s", argv[1], entry->d_name);
		if (st.st_ino != entry->d_ino)
			puts(entry->d_name);
	}
	closedir(dir);
	return 0;
}
