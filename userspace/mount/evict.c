// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mount.stargz: removing indexes from the cache. An index is removed only under
 * an exclusive lock. Other processes hold a shared lock from finding an index
 * until it is mounted.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "evict.h"
#include "msg.h"
#include "stargz/digest.h"
#include "xalloc.h"

struct entry {
	char name[STARGZ_SHA256_LEN * 2 + sizeof(CACHE_VERIFIED)];
	struct stat st;
};

/*
 * struct cache_entries - what a walk of the cache found
 * @list: the entries, least recently used first
 * @count: their number
 * @next: the first that was not considered for removal
 * @room: for how many entries @list has room
 * @added: number of indexes that this process added after the walk
 * @bytes: size of all that were found or added, and not removed
 */
struct cache_entries {
	struct entry *list;
	size_t count, next, room, added;
	uint64_t bytes;
};

static bool is_our_name(const char *name)
{
	const size_t digits = STARGZ_SHA256_LEN * 2;

	return strspn(name, "0123456789abcdef") == digits &&
	       (!strcmp(name + digits, CACHE_SUFFIX) ||
		!strcmp(name + digits, CACHE_VERIFIED));
}

bool cache_remove(const struct cache *cache, const char *name,
		  const struct stat *st)
{
	int fd = openat(cache->fd, name,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat now;
	bool gone;

	if (fd < 0)
		return false;
	/* Without a link to it, the name is that of a new index. */
	gone = !flock(fd, LOCK_EX | LOCK_NB) && !fstat(fd, &now) &&
	       now.st_nlink && now.st_dev == st->st_dev &&
	       now.st_ino == st->st_ino && !unlinkat(cache->fd, name, 0);
	close(fd);
	return gone;
}

static void collect(const struct cache *cache, DIR *dir,
		    struct cache_entries *all)
{
	struct dirent *d;
	struct entry *e;

	while ((d = readdir(dir))) {
		if (!is_our_name(d->d_name))
			continue;
		if (all->count == all->room) {
			all->room = all->room ? all->room * 2 : 16;
			all->list = xrealloc(all->list,
					     all->room * sizeof(*all->list));
		}
		e = &all->list[all->count];
		if (fstatat(cache->fd, d->d_name, &e->st, AT_SYMLINK_NOFOLLOW))
			continue;
		strcpy(e->name, d->d_name);
		all->count++;
		all->bytes += e->st.st_size;
	}
}

static int by_last_use(const void *a, const void *b)
{
	const struct timespec *x = &((const struct entry *)a)->st.st_atim;
	const struct timespec *y = &((const struct entry *)b)->st.st_atim;

	if (x->tv_sec != y->tv_sec)
		return x->tv_sec < y->tv_sec ? -1 : 1;
	if (x->tv_nsec != y->tv_nsec)
		return x->tv_nsec < y->tv_nsec ? -1 : 1;
	return 0;
}

static struct cache_entries *walk(const struct cache *cache)
{
	/* A new description: reading moves the position in the directory. */
	int fd = openat(cache->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct cache_entries *all;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	all = xrealloc(NULL, sizeof(*all));
	*all = (struct cache_entries){ 0 };
	collect(cache, dir, all);
	closedir(dir);
	if (all->count)
		qsort(all->list, all->count, sizeof(*all->list), by_last_use);
	return all;
}

/*
 * Remove an entry, unless another process has used or replaced it since the walk.
 * Return true if the entry is gone, even if another process removed it.
 */
static bool evict(const struct cache *cache, const struct entry *e)
{
	struct stat now;

	if (fstatat(cache->fd, e->name, &now, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT;
	if (now.st_ino != e->st.st_ino ||
	    now.st_atim.tv_sec != e->st.st_atim.tv_sec ||
	    now.st_atim.tv_nsec != e->st.st_atim.tv_nsec ||
	    !cache_remove(cache, e->name, &e->st))
		return false;
	msg_note(cache->dir, "%s evicted", e->name);
	return true;
}

void cache_entries_free(struct cache_entries *all)
{
	if (all)
		free(all->list);
	free(all);
}

void cache_evict(struct cache *cache, uint64_t size)
{
	struct cache_entries *all = cache->entries;
	const struct entry *e;

	/*
	 * Other processes add indexes too. A walk as soon as this process has
	 * added as many as the last walk found costs little: it keeps the total
	 * work linear in the number of indexes.
	 */
	if (!all || all->added >= all->count) {
		cache_entries_free(all);
		all = walk(cache);
		cache->entries = all;
		if (!all)
			return;
	} else {
		all->added++;
		all->bytes += size;
	}
	while (all->next < all->count && all->bytes > cache->limit) {
		e = &all->list[all->next++];
		if (evict(cache, e))
			all->bytes -= e->st.st_size;
	}
}
