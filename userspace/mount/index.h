/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.stargz: getting the index of a source.
 */
#ifndef MOUNT_INDEX_H
#define MOUNT_INDEX_H

#include "options.h"
#include "source.h"

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
 * index_put() - release an index
 * @index: the index from index_get()
 */
void index_put(struct index *index);

#endif /* MOUNT_INDEX_H */
