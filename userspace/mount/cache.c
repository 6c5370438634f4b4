// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mount.stargz: finding and adding indexes in the cache. Locking rule: an open
 * index has a shared flock(2) until it is closed. A new index is locked before
 * it gets a name; for an existing one, the link count is checked after locking.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cache.h"
#include "evict.h"
#include "msg.h"
#include "xalloc.h"

/* An index may be evicted between open() and flock(). */
#define OPEN_TRIES	8

static bool only_ours(const struct stat *st)
{
	return st->st_uid == geteuid() && !(st->st_mode & 0022);
}

int cache_open(struct cache *cache, const char *dir, uint64_t limit)
{
	struct stat st;
	int err;

	if (mkdir(dir, 0755) && errno != EEXIST) {
		err = errno;
		msg_note(dir, "%s", strerror(err));
		return -err;
	}
	cache->dir = dir;
	cache->limit = limit;
	cache->entries = NULL;
	cache->fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (cache->fd < 0) {
		err = errno;
		msg_note(dir, "%s", strerror(err));
		return -err;
	}
	if (!fstat(cache->fd, &st) && only_ours(&st))
		return 0;
	cache_close(cache);
	msg_error(dir, "warning: index cache not used because others may write to it");
	return -EPERM;
}

void cache_close(struct cache *cache)
{
	cache_entries_free(cache->entries);
	cache->entries = NULL;
	close(cache->fd);
	cache->fd = -1;
}

static char *file_name(const char *key)
{
	return xasprintf("%s%s", key, CACHE_SUFFIX);
}

char *cache_path(const struct cache *cache, const char *key)
{
	return xasprintf("%s/%s%s", cache->dir, key, CACHE_SUFFIX);
}

/* cache_evict() uses the access time as the time of the last use. */
static void touch(int fd)
{
	const struct timespec now[2] = {
		{ .tv_nsec = UTIME_NOW }, { .tv_nsec = UTIME_OMIT },
	};

	futimens(fd, now);
}

static int open_verified(const struct cache *cache, const char *key, int flags)
{
	char *name = xasprintf("%s%s", key, CACHE_VERIFIED);
	int fd = openat(cache->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
			O_CLOEXEC | flags, 0600);

	free(name);
	return fd;
}

bool cache_is_verified(const struct cache *cache, const char *key)
{
	int fd = open_verified(cache, key, 0);
	struct stat st;
	bool is;

	if (fd < 0)
		return false;
	is = !fstat(fd, &st) && S_ISREG(st.st_mode) && only_ours(&st);
	touch(fd);
	close(fd);
	return is;
}

void cache_set_verified(const struct cache *cache, const char *key)
{
	int fd = open_verified(cache, key, O_CREAT);

	if (fd >= 0)
		close(fd);
}

/* Open an index and lock it against eviction. */
static int open_locked(const struct cache *cache, const char *name,
		       struct stat *st)
{
	for (int i = 0; i < OPEN_TRIES; i++) {
		int fd = openat(cache->fd, name, O_RDONLY | O_NOFOLLOW |
				O_NONBLOCK | O_CLOEXEC);

		if (fd < 0)
			return -errno;
		if (!flock(fd, LOCK_SH) && !fstat(fd, st) && st->st_nlink)
			return fd;
		close(fd);
	}
	return -ENOENT;
}

int cache_find(const struct cache *cache, const char *key, cache_fits fits,
	       const void *data)
{
	char *name = file_name(key);
	struct stat st;
	int fd;

	fd = open_locked(cache, name, &st);
	if (fd >= 0 && !(S_ISREG(st.st_mode) && only_ours(&st) &&
			 fits(data, fd))) {
		close(fd);
		msg_note(cache->dir, "%s is damaged or outdated, or others may write to it",
			 name);
		fd = cache_remove(cache, name, &st) ? -ENOENT : -EBUSY;
	}
	if (fd >= 0)
		touch(fd);
	free(name);
	return fd;
}

int cache_new(const struct cache *cache)
{
	int fd = openat(cache->fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0)
		return fd;
	fd = -errno;
	msg_note(cache->dir, "%s", strerror(-fd));
	return fd;
}

/* Reopen read-only and lock: the kernel rejects files open for writing. */
static int reopen(const char *proc)
{
	int fd = open(proc, O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	if (!flock(fd, LOCK_SH))
		return fd;
	err = errno;
	close(fd);
	return -err;
}

/*
 * @fd was created with O_TMPFILE, so the kernel would show no name for it. Open
 * it again by @name, if that still refers to the same file.
 */
static int by_name(const struct cache *cache, const char *name,
		   const struct stat *st, int fd)
{
	struct stat now;
	int named = open_locked(cache, name, &now);

	if (named < 0)
		return fd;
	if (now.st_dev != st->st_dev || now.st_ino != st->st_ino) {
		close(named);
		return fd;
	}
	close(fd);
	return named;
}

int cache_add(struct cache *cache, const char *key, cache_fits fits,
	      const void *data, int new)
{
	char *proc = xasprintf("/proc/self/fd/%d", new);
	char *name = file_name(key);
	struct stat st;
	int fd = -EFBIG, err = 0;

	/* The bytes must be on disk before the name, for a power failure. */
	if (fdatasync(new) || fstat(new, &st))
		fd = -errno;
	else if ((uint64_t)st.st_size <= cache->limit)
		fd = reopen(proc);
	if (fd >= 0 && linkat(AT_FDCWD, proc, cache->fd, name,
			      AT_SYMLINK_FOLLOW)) {
		err = errno;
		close(fd);
		fd = -err;
	}
	if (fd >= 0)
		fd = by_name(cache, name, &st, fd);
	free(proc);
	free(name);
	if (err == EEXIST)
		return cache_find(cache, key, fits, data);
	if (fd >= 0)
		cache_evict(cache, st.st_size);
	else
		msg_note(cache->dir, "%s", strerror(-fd));
	return fd;
}
