/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.stargz: getting the index that goes with a source.
 */
#ifndef MOUNT_INDEX_H
#define MOUNT_INDEX_H

#include "options.h"
#include "source.h"

/**
 * struct index - the index to mount with
 * @path: its name, or NULL: the source has its own
 * @fd: the same, open for reading: what was checked is what the kernel gets; or
 *	-1
 */
struct index {
	char *path;
	int fd;
};

/**
 * index_get() - find or make the index
 * @index: filled; to be released by index_put() in any case
 * @src: open source
 * @opt: mount options
 *
 * Return: %MOUNT_OK, or the exit status after an error message.
 */
enum mount_exit index_get(struct index *index, struct source *src,
			  const struct mount_options *opt);

/**
 * index_put() - let go of an index
 * @index: what index_get() filled
 */
void index_put(struct index *index);

#endif /* MOUNT_INDEX_H */
