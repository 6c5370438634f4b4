/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.stargz: keeping the index cache within its bounds.
 */
#ifndef MOUNT_EVICT_H
#define MOUNT_EVICT_H

#include "cache.h"

/* What the name of an index ends with, after 64 hexadecimal digits. */
#define CACHE_SUFFIX	".index"

/**
 * cache_evict() - remove the indexes that were not used for longest
 * @cache: open cache; as many are removed as its limit asks for
 *
 * An index in use is left alone, even if the cache stays too large then.
 */
void cache_evict(const struct cache *cache);

/**
 * cache_remove() - remove an index unless it is in use
 * @cache: open cache
 * @name: file name in the cache
 * @st: the file that is meant; another one of that name is left alone
 *
 * Return: is it gone?
 */
bool cache_remove(const struct cache *cache, const char *name,
		  const struct stat *st);

#endif /* MOUNT_EVICT_H */
