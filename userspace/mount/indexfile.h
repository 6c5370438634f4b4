/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.stargz: the few things we look at in an index.
 */
#ifndef MOUNT_INDEXFILE_H
#define MOUNT_INDEXFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "source.h"
#include "stargz_fs.h"

/**
 * struct indexfile - what an index says about itself
 * @size: bytes
 * @blobs: number of blob records
 * @blob_pos: where the first is
 * @blob: the first
 */
struct indexfile {
	uint64_t size;
	uint64_t blobs;
	uint64_t blob_pos;
	struct stargz_blob blob;
};

/**
 * indexfile_read() - read superblock and first blob record
 * @fd: index, open for reading
 * @index: filled on success
 *
 * Return: 0, -EUCLEAN if this is not a sound superblock of a version that we
 * know, or a negative errno.
 */
int indexfile_read(int fd, struct indexfile *index);

/**
 * indexfile_describes() - is an index one of this very source?
 * @fd: index, open for reading
 * @src: source with its blob found
 *
 * Return: its superblock is sound, the file neither cut off nor longer, and
 * its one blob lies in @src where we found it.
 */
bool indexfile_describes(int fd, const struct source *src);

/**
 * indexfile_has_toc() - does an index belong to this table of contents?
 * @fd: index, open for reading
 * @toc_digest: sha256:HEX
 *
 * Return: 1 yes, 0 no, or a negative errno; -ENODATA if the index does not
 * record the digest of one table of contents.
 */
int indexfile_has_toc(int fd, const char *toc_digest);

/**
 * indexfile_set_start() - change where the one blob begins in its source
 * @fd: index, open for reading and writing
 * @start: first byte
 *
 * Return: 0 or a negative errno.
 */
int indexfile_set_start(int fd, uint64_t start);

#endif /* MOUNT_INDEXFILE_H */
