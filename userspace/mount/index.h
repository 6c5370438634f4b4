/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.stargz: getting the index of a source.
 */
#ifndef MOUNT_INDEX_H
#define MOUNT_INDEX_H

#include "cache.h"
#include "options.h"
#include "source.h"

/*
 * Producers of eStargz cut files into chunks of 4 MiB. Placing checkpoints in
 * them would decode much of the layer and delay the mount.
 */
#define INDEX_LARGE_MEMBER	(4u << 20)

/**
 * struct index - the index of a mount
 * @path: its name, or NULL: the index is in the source
 * @fd: the index, open for reading, so that the kernel gets the file that was
 *	checked; or -1
 */
struct index {
	char *path;
	int fd;
};

/**
 * index_get() - find or make the index
 * @index: filled in; must be released with index_put(), also after an error
 * @src: open source
 * @opt: mount options
 *
 * Return: %MOUNT_OK, or the exit status after an error message.
 */
enum mount_exit index_get(struct index *index, struct source *src,
			  const struct mount_options *opt);

/**
 * index_keep() - make a new index usable, and add it to the cache
 * @index: filled in; @fd is a negative errno on failure
 * @cache: open cache, or NULL: the index lives as long as it is open
 * @key: name from cachekey.h, or NULL: as without a cache
 * @fits: as for cache_add()
 * @data: passed to @fits
 * @new: the index, open for writing; the call closes it
 * @name: the source, for notes
 */
void index_keep(struct index *index, struct cache *cache,
		const char *key, cache_fits fits, const void *data, int new,
		const char *name);

/**
 * index_check_digests() - check an index against the required digests
 * @fd: the index, open for reading
 * @path: its name, for messages
 * @opt: mount options
 *
 * Return: %MOUNT_OK, or the exit status after an error message.
 */
enum mount_exit index_check_digests(int fd, const char *path,
				    const struct mount_options *opt);

/** index_no_room() - does an errno say that a cache is full? */
bool index_no_room(int ret);

/** index_new_in_memory() - an empty unnamed file in memory, or negative errno */
int index_new_in_memory(void);

/**
 * index_put() - release an index
 * @index: the index from index_get()
 */
void index_put(struct index *index);

#endif /* MOUNT_INDEX_H */
