// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../mount/cachekey.h"
#include "rundir.h"
#include "shared.h"

#define LINKS_DIR	RUN_DIR "/layers"

void shared_open(struct shared *shared, const struct image *img,
		 const struct mount_options *opt)
{
	shared->dir = -1;
	if (!img->cached || cache_open(&shared->cache, opt->cache_dir,
				       opt->cache_size))
		return;
	mkdir(LINKS_DIR, 0700);
	shared->dir = open(LINKS_DIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
			   O_CLOEXEC);
	if (shared->dir < 0)
		cache_close(&shared->cache);
}

void shared_close(struct shared *shared)
{
	if (shared->dir < 0)
		return;
	close(shared->dir);
	cache_close(&shared->cache);
}

/* Open the file of the last mount of the layer, if it is still the same. */
static int open_last(const struct shared *shared,
		     const struct image_layer *layer)
{
	int fd = openat(shared->dir, layer->key, O_RDONLY | O_CLOEXEC |
			O_NONBLOCK | O_NOCTTY);
	char key[STARGZ_SHA256_HEX];

	if (fd < 0)
		return fd;
	if (!cachekey_of_layer(key, fd, &layer->info) &&
	    cache_is_verified(&shared->cache, key))
		return fd;
	close(fd);
	return -1;
}

/* The new link replaces the old one at once. */
static void set_link(const struct shared *shared,
		     const struct image_layer *layer)
{
	char *proc = xasprintf("/proc/self/fd/%d", layer->fd);
	char *temp = xasprintf(".%d", (int)getpid());
	char path[PATH_MAX];
	ssize_t len = readlink(proc, path, sizeof(path) - 1);

	if (len > 0) {
		path[len] = '\0';
		unlinkat(shared->dir, temp, 0);
		if (!symlinkat(path, shared->dir, temp) &&
		    renameat(shared->dir, temp, shared->dir, layer->key))
			unlinkat(shared->dir, temp, 0);
	}
	free(proc);
	free(temp);
}

int shared_source(const struct shared *shared, const struct image_layer *layer)
{
	int fd;

	if (shared->dir < 0)
		return layer->fd;
	fd = open_last(shared, layer);
	if (fd >= 0)
		return fd;
	set_link(shared, layer);
	return layer->fd;
}

unsigned int shared_clean(void)
{
	DIR *dir = opendir(LINKS_DIR);
	unsigned int count = 0;
	struct dirent *d;
	struct stat st;

	if (!dir)
		return 0;
	while ((d = readdir(dir)))
		if (strcmp(d->d_name, ".") && strcmp(d->d_name, "..") &&
		    fstatat(dirfd(dir), d->d_name, &st, 0) &&
		    !unlinkat(dirfd(dir), d->d_name, 0))
			count++;
	closedir(dir);
	return count;
}
