/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.stargz: the index cache, a directory of indexes named by what they
 * were made from.
 *
 * An index is written without a name and gets one when it is complete, so
 * there is never half of one to be seen, whatever happens. Whoever is about to
 * use an index holds a shared lock on it; only an index that can be locked
 * exclusively is evicted. What the kernel has mounted outlives its name.
 */
#ifndef MOUNT_CACHE_H
#define MOUNT_CACHE_H

#include "source.h"

/**
 * struct cache - an open cache
 * @dir: its name
 * @fd: the directory
 * @limit: bytes of indexes to keep at most
 */
struct cache {
	const char *dir;
	int fd;
	uint64_t limit;
};

/**
 * cache_open() - open the cache, or make it
 * @cache: filled on success
 * @dir: its name; the last part is made if it is missing
 * @limit: bytes of indexes to keep at most
 *
 * A directory that others may write to is not used, and said so.
 *
 * Return: 0 or a negative errno.
 */
int cache_open(struct cache *cache, const char *dir, uint64_t limit);

/**
 * cache_path() - name of an index
 * @cache: open cache
 * @key: what it was made from
 *
 * Return: a new string.
 */
char *cache_path(const struct cache *cache, const char *key);

/**
 * cache_find() - get an index
 * @cache: open cache
 * @key: what it was made from
 * @src: the source it has to be of
 *
 * An index that is damaged or that others may write to is removed.
 *
 * Return: the index, open for reading, and kept from eviction while it is
 * open; -ENOENT if there is none; or another negative errno.
 */
int cache_find(const struct cache *cache, const char *key,
	       const struct source *src);

/**
 * cache_new() - begin an index
 * @cache: open cache
 *
 * Return: an empty file, open for reading and writing, that vanishes unless
 * cache_add() gives it a name; or a negative errno.
 */
int cache_new(const struct cache *cache);

/**
 * cache_add() - keep an index
 * @cache: open cache
 * @key: what it was made from
 * @src: its source
 * @new: a complete index from cache_new(); remains open
 *
 * Return: as cache_find(); the index may be one that somebody else made in the
 * meantime. -EFBIG if it is larger than the whole cache may be.
 */
int cache_add(const struct cache *cache, const char *key,
	      const struct source *src, int new);

/**
 * cache_close() - close the cache
 * @cache: open cache
 */
void cache_close(struct cache *cache);

#endif /* MOUNT_CACHE_H */
