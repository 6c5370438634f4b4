// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Mounting by fsopen(2) and its family, which return the kernel's reason for a
 * failure.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init.h"

/* One message of the kernel. */
#define LOG_LINE_SIZE	4096

/* Options of a mount. */
static const struct {
	const char *name;
	unsigned int attr;
} attrs[] = {
	{ "ro", 0 },
	{ "rw", 0 },
	{ "defaults", 0 },
	{ "relatime", 0 },
	{ "nosuid", MOUNT_ATTR_NOSUID },
	{ "nodev", MOUNT_ATTR_NODEV },
	{ "noexec", MOUNT_ATTR_NOEXEC },
	{ "noatime", MOUNT_ATTR_NOATIME },
	{ "nodiratime", MOUNT_ATTR_NODIRATIME },
};

/* Is this an option of a mount? Then add its attribute. */
static bool take_attr(const char *option, unsigned int *attr)
{
	for (size_t i = 0; i < sizeof(attrs) / sizeof(attrs[0]); i++) {
		if (strcmp(attrs[i].name, option))
			continue;
		*attr |= attrs[i].attr;
		return true;
	}
	return false;
}

static int set_options(int fs, char *options, unsigned int *attr)
{
	char *option;

	while ((option = strsep(&options, ","))) {
		char *value = strchr(option, '=');

		if (!*option || take_attr(option, attr))
			continue;
		if (value)
			*value++ = '\0';
		if (fsconfig(fs, value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG,
			     option, value, 0))
			return errno;
	}
	return 0;
}

/* The first error that the kernel has written about a context. */
static void read_log(int fs, char why[WHY_SIZE])
{
	char line[LOG_LINE_SIZE];
	ssize_t n;

	while ((n = read(fs, line, sizeof(line) - 1)) > 2) {
		line[n - (line[n - 1] == '\n')] = '\0';
		if (line[0] == 'e') {
			snprintf(why, WHY_SIZE, "%.*s", WHY_SIZE - 1, line + 2);
			return;
		}
	}
}

static int create(int fs, const char *source, char *options, bool readonly,
		  const char *target)
{
	unsigned int attr = readonly ? MOUNT_ATTR_RDONLY : 0;
	int err = 0, mnt;

	if (source && fsconfig(fs, FSCONFIG_SET_STRING, "source", source, 0))
		return errno;
	if (options)
		err = set_options(fs, options, &attr);
	if (!err && readonly && fsconfig(fs, FSCONFIG_SET_FLAG, "ro", NULL, 0))
		err = errno;
	if (!err && fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		err = errno;
	if (err)
		return err;
	mnt = fsmount(fs, FSMOUNT_CLOEXEC, attr);
	if (mnt < 0)
		return errno;
	if (move_mount(mnt, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH))
		err = errno;
	close(mnt);
	return err;
}

int mount_new(const char *type, const char *source, const char *options,
	      bool readonly, const char *target, char why[WHY_SIZE])
{
	char *copy = options ? strdup(options) : NULL;
	int fs = fsopen(type, FSOPEN_CLOEXEC), err;

	err = fs < 0 ? errno : options && !copy ? ENOMEM :
	      create(fs, source, copy, readonly, target);
	free(copy);
	if (err) {
		snprintf(why, WHY_SIZE, "%s", strerror(err));
		if (fs >= 0)
			read_log(fs, why);
	}
	if (fs >= 0)
		close(fs);
	return err;
}

void make_dir(const char *path)
{
	if (mkdir(path, 0755) && errno != EEXIST)
		fail("%s: cannot be created: %s", path, strerror(errno));
}
