/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.stargz: archives of images, mounted in place.
 */
#ifndef MOUNT_ARCHIVE_H
#define MOUNT_ARCHIVE_H

#include "index.h"
#include "source.h"

/**
 * archive_found() - is the source an archive of images?
 * @src: open source
 * @opt: mount options
 *
 * Return: true if so, and if no option says that it is something else.
 */
bool archive_found(const struct source *src, const struct mount_options *opt);

/**
 * archive_index() - find or make the index of an image in an archive
 * @index: filled in; must be released with index_put(), also after an error
 * @src: open source, an archive
 * @opt: mount options
 *
 * Return: %MOUNT_OK, or the exit status after an error message.
 */
enum mount_exit archive_index(struct index *index, const struct source *src,
			      const struct mount_options *opt);

#endif /* MOUNT_ARCHIVE_H */
