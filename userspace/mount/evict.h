/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.stargz: keeping the index cache within its limit.
 */
#ifndef MOUNT_EVICT_H
#define MOUNT_EVICT_H

#include "cache.h"

/* Suffix of the name of an index, after 64 hexadecimal digits. */
#define CACHE_SUFFIX	".index"

/* The same for an empty file: a layer whose digest was compared. */
#define CACHE_VERIFIED	".verified"

/**
 * cache_evict() - remove the least recently used indexes
 * @cache: open cache
 * @size: size in bytes of an index that was just added
 *
 * The function stops at the limit of the cache. Indexes in use stay, even if
 * the cache then exceeds the limit. The function does not read the directory
 * for each index that one process adds, so it may notice indexes of other
 * processes late.
 */
void cache_evict(struct cache *cache, uint64_t size);

/**
 * cache_entries_free() - forget what cache_evict() found
 * @all: the entries of a cache, or NULL
 */
void cache_entries_free(struct cache_entries *all);

/**
 * cache_remove() - remove an index unless it is in use
 * @cache: open cache
 * @name: file name in the cache
 * @st: the file to remove; another file with the same name stays
 *
 * Return: true if it was removed.
 */
bool cache_remove(const struct cache *cache, const char *name,
		  const struct stat *st);

#endif /* MOUNT_EVICT_H */
