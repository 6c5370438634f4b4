/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: directories for what is being copied. They have names of their
 * own beside the destination, are locked while they are in use, and are removed
 * at the end, also by a signal. What a kill leaves is removed by the next use of
 * the place.
 */
#ifndef IMAGE_STAGING_H
#define IMAGE_STAGING_H

#include <sys/types.h>

/* The names begin with this. */
#define STAGING_PREFIX	".stargz-pull-"

/**
 * struct staging - a directory
 * @path: its name; allocated
 * @lock: its descriptor, which holds the lock
 */
struct staging {
	char *path;
	int lock;
};

/**
 * staging_clean() - remove old directories that nobody uses
 * @place: the directory that they are in
 *
 * Each one is named.
 */
void staging_clean(const char *place);

/**
 * staging_run() - make a directory, and do work in it in a child
 * @staging: filled in
 * @place: where to make it
 * @mode: permissions of @place, which is made if it is missing, and removed after a
 *	failure if it is empty; zero: it has to exist
 * @work: the work, in a child process; returns a negative errno or 0
 * @data: passed to @work
 *
 * Signals that end this process end the child first. The directory is removed.
 *
 * Return: what @work returned, or a negative errno after an error message.
 */
int staging_run(struct staging *staging, const char *place, mode_t mode,
		int (*work)(void *data), void *data);

#endif /* IMAGE_STAGING_H */
