// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mount.stargz: finding the backing file of a loop device, and setting one up.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/loop.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "loop.h"
#include "msg.h"
#include "xalloc.h"

/* Another process may take the free device first. */
#define ATTACH_TRIES	64

/* Read a sysfs attribute of a loop device, without the newline at its end. */
static char *read_attr(dev_t dev, const char *name)
{
	char *path = xasprintf("/sys/dev/block/%u:%u/loop/%s", major(dev),
			       minor(dev), name);
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t room = 0;
	ssize_t len;

	free(path);
	if (!file)
		return NULL;
	/* A path may contain newlines. */
	len = getdelim(&text, &room, '\0', file);
	fclose(file);
	if (len <= 0) {
		free(text);
		return NULL;
	}
	if (text[len - 1] == '\n')
		text[len - 1] = '\0';
	return text;
}

static uint64_t read_attr_u64(dev_t dev, const char *name)
{
	char *text = read_attr(dev, name);
	uint64_t n = text ? strtoull(text, NULL, 10) : 0;

	free(text);
	return n;
}

bool loop_backing(dev_t dev, struct loop_backing *backing)
{
	backing->path = read_attr(dev, "backing_file");
	if (!backing->path)
		return false;
	backing->offset = read_attr_u64(dev, "offset");
	backing->sizelimit = read_attr_u64(dev, "sizelimit");
	return true;
}

static char *free_device(void)
{
	int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	int err, nr;

	if (control < 0)
		return NULL;
	nr = ioctl(control, LOOP_CTL_GET_FREE);
	err = errno;
	close(control);
	errno = err;
	return nr < 0 ? NULL : xasprintf("/dev/loop%d", nr);
}

static int configure(const char *device, int file, const char *path,
		     const struct loop_backing *want)
{
	struct loop_config config = {
		.fd = file,
		.info = {
			.lo_offset = want->offset,
			.lo_sizelimit = want->sizelimit,
			.lo_flags = LO_FLAGS_READ_ONLY | LO_FLAGS_AUTOCLEAR,
		},
	};
	int fd = open(device, O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	snprintf((char *)config.info.lo_file_name, LO_NAME_SIZE, "%s", path);
	if (!ioctl(fd, LOOP_CONFIGURE, &config))
		return fd;
	err = errno;
	close(fd);
	return -err;
}

int loop_attach(int file, const char *path, const struct loop_backing *want,
		char **device)
{
	int tries = want->path ? 1 : ATTACH_TRIES;
	int fd = -EBUSY;

	while (tries-- && fd == -EBUSY) {
		*device = want->path ? xasprintf("%s", want->path) :
				       free_device();
		if (!*device) {
			fd = -errno;
			msg_error(path, "no loop device: %s", strerror(-fd));
			return fd;
		}
		fd = configure(*device, file, path, want);
		if (fd == -EBUSY && tries)
			free(*device);
	}
	if (fd < 0)
		msg_error(path, "%s: %s", *device, strerror(-fd));
	return fd;
}
