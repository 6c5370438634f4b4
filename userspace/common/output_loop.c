// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sysfs tells the path of the file that a loop device was attached to. The ioctl
 * that tells its inode needs the device open, which the kernel may refuse.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "output_loop.h"

/* Loop devices on loop devices. */
#define DEPTH_MAX	8

/* A partition has its loop device as parent. */
static FILE *open_attribute(const struct stat *device)
{
	static const char *const parents[] = { "", "../" };
	char name[80];
	FILE *file = NULL;

	for (size_t i = 0; !file && i < 2; i++) {
		snprintf(name, sizeof(name),
			 "/sys/dev/block/%u:%u/%sloop/backing_file",
			 major(device->st_rdev), minor(device->st_rdev),
			 parents[i]);
		file = fopen(name, "re");
	}
	return file;
}

static bool find_backing(const struct stat *device, struct stat *st)
{
	FILE *file = open_attribute(device);
	char path[PATH_MAX + 2];
	size_t len;

	if (!file)
		return false;
	len = fread(path, 1, sizeof(path) - 1, file);
	fclose(file);
	if (len && path[len - 1] == '\n')
		len--;
	path[len] = '\0';
	return len && !stat(path, st);
}

bool output_loop_file(const struct stat *device, const struct stat *file)
{
	struct stat at = *device, next;

	for (int i = 0; i < DEPTH_MAX && S_ISBLK(at.st_mode); i++) {
		if (!find_backing(&at, &next))
			return false;
		at = next;
	}
	return S_ISREG(at.st_mode) && S_ISREG(file->st_mode) &&
	       at.st_dev == file->st_dev && at.st_ino == file->st_ino;
}
