/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The files of a tar that is read in place.
 */
#ifndef SGZ_IMAGE_ARCHIVE_H
#define SGZ_IMAGE_ARCHIVE_H

#include "base/memory.h"
#include "blob/blob.h"

/**
 * struct sgz_archive - an open archive
 * @blob: the archive
 * @names: names of the entries and targets of links
 * @entries: struct sgz_archive_entry, sorted by name
 */
struct sgz_archive {
	struct sgz_blob blob;
	struct sgz_arena names;
	struct sgz_vec entries;
};

/**
 * sgz_archive_open() - read the headers of an archive
 * @archive: filled in; must be released, also after an error
 * @ctx: the call
 * @fd: regular file or block device; must stay open as long as @archive is used
 *
 * Return: 0, or a negative errno with the error text set: -EINVAL if it is not a
 * tar, or compressed; -EUCLEAN if it is damaged.
 */
int sgz_archive_open(struct sgz_archive *archive, const struct sgz_context *ctx,
		     int fd);

/**
 * sgz_archive_find() - find a regular file, also by the name of a link to it
 * @archive: the archive
 * @ctx: the call
 * @name: its path
 * @start: set to its first byte in the archive
 * @size: set to its size in bytes
 *
 * Return: 0, or a negative errno with the error text set: -ENOENT if there is no
 * such file, -EUCLEAN if it is a link without a target or no regular file.
 */
int sgz_archive_find(const struct sgz_archive *archive,
		     const struct sgz_context *ctx, const char *name,
		     uint64_t *start, uint64_t *size);

/** sgz_archive_has() - is there an entry with this name? */
bool sgz_archive_has(const struct sgz_archive *archive, const char *name);

/**
 * sgz_archive_likely() - does a file start like the archive of an image?
 * @ctx: the call
 * @fd: regular file or block device, open for reading
 *
 * The call reads the headers up to the first file. A layer may also start like
 * that.
 *
 * Return: true if so.
 */
bool sgz_archive_likely(const struct sgz_context *ctx, int fd);

/** sgz_archive_free() - release */
void sgz_archive_free(struct sgz_archive *archive);

#endif /* SGZ_IMAGE_ARCHIVE_H */
