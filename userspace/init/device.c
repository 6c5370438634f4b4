// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Block devices. Drivers find them after their modules are loaded, so a device may
 * appear late.
 */
#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <linux/fs.h>

#include "init.h"
#include "stargz_fs.h"

#define BLOCK_DEVICES	"/sys/class/block"
/* Time between two looks, in nanoseconds. */
#define INTERVAL	10000000
/* A longer wait gets a message after this many seconds. */
#define PATIENCE	3

static bool read_super(const char *path, struct stargz_super_block *super)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n;

	if (fd < 0)
		return false;
	n = pread(fd, super, sizeof(*super), 0);
	close(fd);
	return n == sizeof(*super) &&
	       le32toh(super->magic) == STARGZ_SUPER_MAGIC;
}

static void format_uuid(const uint8_t uuid[16], char text[37])
{
	for (unsigned int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*text++ = '-';
		text += sprintf(text, "%02x", uuid[i]);
	}
}

bool device_uuid(const char *path, char text[37])
{
	struct stargz_super_block super;

	if (!read_super(path, &super))
		return false;
	format_uuid(super.uuid, text);
	return true;
}

bool device_same(const char *a, const char *b)
{
	struct stat x, y;

	return !stat(a, &x) && !stat(b, &y) && x.st_rdev == y.st_rdev;
}

/* Does a device have the index that UUID= or LABEL= names? */
static bool matches(const char *path, const char *name)
{
	struct stargz_super_block super;
	char label[STARGZ_LABEL_SIZE + 1] = "", uuid[37];

	if (!read_super(path, &super))
		return false;
	if (!strncmp(name, "UUID=", strlen("UUID="))) {
		format_uuid(super.uuid, uuid);
		return !strcasecmp(uuid, name + strlen("UUID="));
	}
	memcpy(label, super.label, STARGZ_LABEL_SIZE);
	return !strcmp(label, name + strlen("LABEL="));
}

/* The device with that index, allocated, or NULL. */
static char *search(const char *name)
{
	DIR *dir = opendir(BLOCK_DEVICES);
	struct dirent *entry;
	char *path = NULL;

	while (dir && (entry = readdir(dir))) {
		if (*entry->d_name == '.' ||
		    asprintf(&path, "/dev/%s", entry->d_name) < 0)
			continue;
		if (matches(path, name))
			break;
		free(path);
		path = NULL;
	}
	if (dir)
		closedir(dir);
	return path;
}

/* A device that exists, but has no disk yet, has no size. */
static bool is_ready(const char *option, const char *path)
{
	uint64_t size = 0;
	struct stat st;
	int fd;

	if (stat(path, &st))
		return false;
	if (!S_ISBLK(st.st_mode))
		fail("%s=%s: is not a block device", option, path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	if (ioctl(fd, BLKGETSIZE64, &size))
		size = 0;
	close(fd);
	return size > 0;
}

/* Names of the block devices, for a message. */
static void list_devices(char *text, size_t size)
{
	DIR *dir = opendir(BLOCK_DEVICES);
	struct dirent *entry;
	size_t used = 0;

	*text = '\0';
	while (dir && (entry = readdir(dir))) {
		size_t len = strlen(entry->d_name);

		if (*entry->d_name == '.' || used + len + 2 > size)
			continue;
		text[used++] = ' ';
		memcpy(text + used, entry->d_name, len + 1);
		used += len;
	}
	if (dir)
		closedir(dir);
	if (!used)
		snprintf(text, size, " none");
}

static unsigned int now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

char *device_wait(const char *option, const char *name, unsigned int seconds)
{
	const struct timespec interval = { .tv_nsec = INTERVAL };
	bool is_path = *name == '/', told = false;
	unsigned int start = now();
	char *path, devices[256];

	for (;;) {
		path = is_path ? strdup(name) : search(name);
		if (path && is_ready(option, path))
			return path;
		free(path);
		if (now() - start >= seconds)
			break;
		if (!told && now() - start >= PATIENCE) {
			note("waiting for %s=%s, up to %u seconds", option,
			     name, seconds);
			told = true;
		}
		nanosleep(&interval, NULL);
	}
	list_devices(devices, sizeof(devices));
	fail("%s=%s: no such device after %u seconds; block devices:%s; correct the kernel command line, or add the driver by stargz-mkinitramfs --module=",
	     option, name, seconds, devices);
}
