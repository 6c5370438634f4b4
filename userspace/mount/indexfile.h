/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.stargz: the data of an index that the program uses.
 */
#ifndef MOUNT_INDEXFILE_H
#define MOUNT_INDEXFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "source.h"
#include "stargz/digest.h"
#include "stargz_fs.h"

/**
 * struct indexfile - data of an index
 * @size: size in bytes
 * @data_bytes: sum of the sizes of all regular files in bytes
 * @features: STARGZ_COMPAT_* bits
 * @blobs: number of blob records
 * @blob_pos: position of the first blob record
 * @blob: the first blob record
 */
struct indexfile {
	uint64_t size;
	uint64_t data_bytes;
	uint32_t features;
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
 * indexfile_blob() - read a blob record
 * @fd: index, open for reading
 * @index: from indexfile_read()
 * @nr: number of the blob, below the number of blobs
 * @blob: filled in
 *
 * Return: 0 or a negative errno.
 */
int indexfile_blob(int fd, const struct indexfile *index, uint64_t nr,
		   struct stargz_blob *blob);

/**
 * indexfile_describes() - is this an index that the mount may use?
 * @fd: index, open for reading
 * @src: source after source_find_blob()
 * @opt: mount options
 *
 * Return: true if the superblock and the size of the file are valid, the only
 * blob has the position and size of the blob in @src and the digest in @opt, and
 * the index has digests of the content if @opt requires them.
 */
bool indexfile_describes(int fd, const struct source *src,
			 const struct mount_options *opt);

/**
 * indexfile_blob_digest() - get a digest of the only blob
 * @fd: index, open for reading
 * @which: %STARGZ_BLOB_SHA256: of the blob; %STARGZ_BLOB_TOC: of its table of
 *	contents
 * @sha256: set to the digest
 *
 * Return: 0 or a negative errno; -ENODATA if the index does not record this
 * digest of one blob.
 */
int indexfile_blob_digest(int fd, unsigned int which,
			  uint8_t sha256[STARGZ_SHA256_LEN]);

/**
 * indexfile_digest() - compute the digest of an index
 * @fd: index, open for reading
 * @sha256: set to the SHA-256 of its first block
 *
 * Return: 0 or a negative errno; -EUCLEAN if there is no valid superblock.
 */
int indexfile_digest(int fd, uint8_t sha256[STARGZ_SHA256_LEN]);

/**
 * indexfile_has_verity() - does fs-verity protect the file of the index?
 * @fd: index, open for reading
 * @sha256: required fs-verity digest
 *
 * Return: true if it does, with this digest.
 */
bool indexfile_has_verity(int fd, const uint8_t sha256[STARGZ_SHA256_LEN]);

#endif /* MOUNT_INDEXFILE_H */
