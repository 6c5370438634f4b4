/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.stargz: the data of an index that the program uses.
 */
#ifndef MOUNT_INDEXFILE_H
#define MOUNT_INDEXFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "source.h"
#include "stargz_fs.h"

/**
 * struct indexfile - data of an index
 * @size: size in bytes
 * @blobs: number of blob records
 * @blob_pos: position of the first blob record
 * @blob: the first blob record
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
 * @index: filled in on success
 *
 * Return: 0, -EUCLEAN if the superblock is damaged or of an unknown version, or
 * another negative errno.
 */
int indexfile_read(int fd, struct indexfile *index);

/**
 * indexfile_describes() - is this an index of the source?
 * @fd: index, open for reading
 * @src: source after source_find_blob()
 *
 * Return: true if the superblock and the size of the file are valid, and the
 * only blob has the position and size of the blob in @src.
 */
bool indexfile_describes(int fd, const struct source *src);

/**
 * indexfile_has_toc() - was the index made from this table of contents?
 * @fd: index, open for reading
 * @toc_digest: sha256:HEX
 *
 * Return: 1 yes, 0 no, or a negative errno; -ENODATA if the index does not
 * record the digest of one table of contents.
 */
int indexfile_has_toc(int fd, const char *toc_digest);

/**
 * indexfile_set_start() - set the start of the only blob in its source
 * @fd: index, open for reading and writing
 * @start: first byte
 *
 * Return: 0 or a negative errno.
 */
int indexfile_set_start(int fd, uint64_t start);

#endif /* MOUNT_INDEXFILE_H */
