// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * byfd - mount stargz with files that are passed as descriptors, in valid and
 * invalid ways.
 *
 *	byfd DIR KEY=HOW:PATH...
 *	byfd -e PATH
 *
 * The first form mounts at DIR with these parameters, in this order. HOW is how
 * PATH is opened:
 *
 *	r	for reading; also a FIFO
 *	w, rw	for writing, for reading and writing
 *	path	with O_PATH
 *	gone	for reading, then its name is removed
 *	memory	a copy of it without a name, for reading
 *	pipe	PATH is unused: the read end of a pipe
 *	event	PATH is unused: an eventfd
 *	text	not opened: the path is passed
 *
 * On failure it prints the message of the kernel in one line. The second form
 * claims a block device, which fails if the device is claimed already.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <unistd.h>

static void fail(int fs, const char *what, int err)
{
	char text[16384];
	ssize_t n;

	while ((n = read(fs, text, sizeof(text) - 1)) > 2) {
		text[n - (text[n - 1] == '\n')] = '\0';
		printf("%s; ", text + 2);
	}
	printf("%s: %s\n", what, strerror(err));
	exit(1);
}

static int in_memory(const char *path)
{
	int file = open(path, O_RDONLY), copy = memfd_create("copy", 0);
	char name[40];

	if (file < 0 || copy < 0)
		err(2, "%s", path);
	while (sendfile(copy, file, NULL, 1 << 20) > 0)
		;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", copy);
	file = open(name, O_RDONLY);
	/* The kernel refuses a file that is open for writing. */
	close(copy);
	return file;
}

static int open_as(const char *how, const char *path)
{
	int fd, ends[2];

	if (!strcmp(how, "w"))
		return open(path, O_WRONLY);
	if (!strcmp(how, "rw"))
		return open(path, O_RDWR);
	if (!strcmp(how, "path"))
		return open(path, O_PATH);
	if (!strcmp(how, "memory"))
		return in_memory(path);
	if (!strcmp(how, "pipe"))
		return pipe(ends) ? -1 : ends[0];
	if (!strcmp(how, "event"))
		return eventfd(0, 0);
	fd = open(path, O_RDONLY | O_NONBLOCK);
	if (fd >= 0 && !strcmp(how, "gone") && unlink(path))
		err(2, "%s", path);
	return fd;
}

static void give(int fs, char *arg)
{
	char *how = strchr(arg, '='), *path = how ? strchr(how, ':') : NULL;
	int fd, ret;

	if (!path)
		errx(2, "%s: not KEY=HOW:PATH", arg);
	*how++ = '\0';
	*path++ = '\0';
	if (!strcmp(how, "text")) {
		if (fsconfig(fs, FSCONFIG_SET_STRING, arg, path, 0))
			fail(fs, arg, errno);
		return;
	}
	fd = open_as(how, path);
	if (fd < 0)
		err(2, "%s", path);
	ret = fsconfig(fs, FSCONFIG_SET_FD, arg, NULL, fd);
	if (ret)
		fail(fs, arg, errno);
	/* The kernel holds its own reference now. */
	close(fd);
}

int main(int argc, char **argv)
{
	int fs, mnt;

	if (argc < 3)
		errx(2, "Usage: byfd DIR KEY=HOW:PATH...");
	if (!strcmp(argv[1], "-e")) {
		if (open(argv[2], O_RDONLY | O_EXCL) < 0)
			err(1, "%s", argv[2]);
		return 0;
	}
	fs = fsopen("stargz", FSOPEN_CLOEXEC);
	if (fs < 0)
		err(2, "fsopen");
	for (int i = 2; i < argc; i++)
		give(fs, argv[i]);
	if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		fail(fs, "create", errno);
	mnt = fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY);
	if (mnt < 0)
		err(2, "fsmount");
	if (move_mount(mnt, "", AT_FDCWD, argv[1], MOVE_MOUNT_F_EMPTY_PATH))
		err(2, "%s", argv[1]);
	return 0;
}
