/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.stargz: the index cache, a directory of indexes. The name of an index
 * is a digest of the data from which it was made.
 *
 * An index is written to an unnamed file, which gets its name when it is
 * complete, so no incomplete index is ever visible. A process that uses an
 * index holds a shared lock on it; only an index that can be locked exclusively
 * is evicted. A mounted index stays usable after its name is removed.
 */
#ifndef MOUNT_CACHE_H
#define MOUNT_CACHE_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct cache - an open cache
 * @dir: its name
 * @fd: the directory
 * @limit: maximum total size of the indexes in bytes
 * @entries: what the last search for indexes to evict found, or NULL
 */
struct cache {
	const char *dir;
	int fd;
	uint64_t limit;
	struct cache_entries *entries;
};

/**
 * typedef cache_fits - is this index the wanted one, and not damaged?
 * @data: passed through
 * @fd: the index, open for reading
 *
 * Return: true if so.
 */
typedef bool (*cache_fits)(const void *data, int fd);

/**
 * cache_open() - open or create the cache
 * @cache: filled in on success
 * @dir: its name; the last component is created if it is missing
 * @limit: maximum total size of the indexes in bytes
 *
 * The function rejects a directory that others may write to, with a warning.
 *
 * Return: 0 or a negative errno.
 */
int cache_open(struct cache *cache, const char *dir, uint64_t limit);

/**
 * cache_path() - name of an index
 * @cache: open cache
 * @key: name from cachekey.h
 *
 * Return: a new string.
 */
char *cache_path(const struct cache *cache, const char *key);

/**
 * cache_find() - get an index
 * @cache: open cache
 * @key: name from cachekey.h
 * @fits: checks the index
 * @data: passed to @fits
 *
 * The function removes an index that is damaged, that does not fit, or that
 * others may write to.
 *
 * Return: the index, open for reading, and locked against eviction while it is
 * open; -ENOENT if there is none; or another negative errno.
 */
int cache_find(const struct cache *cache, const char *key, cache_fits fits,
	       const void *data);

/**
 * cache_new() - create a file for an index
 * @cache: open cache
 *
 * Return: an empty unnamed file, open for reading and writing; or a negative
 * errno.
 */
int cache_new(const struct cache *cache);

/**
 * cache_add() - add an index to the cache
 * @cache: open cache
 * @key: name from cachekey.h
 * @fits: as for cache_find()
 * @data: passed to @fits
 * @new: a complete index from cache_new(); stays open
 *
 * Return: as cache_find(); the index may be one that another process has added
 * in the meantime. -EFBIG if it is larger than the limit of the cache.
 */
int cache_add(struct cache *cache, const char *key, cache_fits fits,
	      const void *data, int new);

/**
 * cache_is_verified() - was the digest of a layer compared?
 * @cache: open cache
 * @key: name from cachekey_of_layer()
 *
 * Return: true if so.
 */
bool cache_is_verified(const struct cache *cache, const char *key);

/**
 * cache_set_verified() - remember that the digest of a layer was compared
 * @cache: open cache
 * @key: name from cachekey_of_layer()
 */
void cache_set_verified(const struct cache *cache, const char *key);

/**
 * cache_close() - close the cache
 * @cache: open cache
 */
void cache_close(struct cache *cache);

#endif /* MOUNT_CACHE_H */
