/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Where the blobs of images are: in files of a directory, or in a tar.
 */
#ifndef SGZ_IMAGE_STORE_H
#define SGZ_IMAGE_STORE_H

#include "image/archive.h"
#include "image/doc.h"
#include "image/name.h"

/**
 * struct sgz_store - an open directory or archive
 * @transport: what it is
 * @path: its name; not owned
 * @fd: the directory or file
 * @archive: entries of an archive
 */
struct sgz_store {
	enum sgz_transport transport;
	const char *path;
	int fd;
	struct sgz_archive archive;
};

/**
 * struct sgz_place - where some bytes are
 * @name: path in the directory; empty: the archive itself
 * @start: first byte in the file
 * @size: number of bytes
 */
struct sgz_place {
	char name[sizeof("blobs/sha256/") + STARGZ_SHA256_HEX];
	uint64_t start;
	uint64_t size;
};

/**
 * sgz_store_open() - open a directory or archive
 * @store: filled in; must be closed, also after an error
 * @ctx: the call
 * @transport: what it is
 * @path: its name; must stay valid as long as @store
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_store_open(struct sgz_store *store, const struct sgz_context *ctx,
		   enum sgz_transport transport, const char *path);

/**
 * sgz_store_open_fd() - use an open archive
 * @store: filled in; must be closed, also after an error
 * @ctx: the call
 * @fd: the archive; the call duplicates it
 * @path: its name; must stay valid as long as @store
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_store_open_fd(struct sgz_store *store, const struct sgz_context *ctx,
		      int fd, const char *path);

/** sgz_store_is_archive() - is it an archive? */
static inline bool sgz_store_is_archive(const struct sgz_store *store)
{
	return store->transport == SGZ_OCI_ARCHIVE ||
	       store->transport == SGZ_DOCKER_ARCHIVE;
}

/**
 * sgz_store_blob() - find a blob by its digest
 * @store: the store
 * @ctx: the call
 * @digest: the digest
 * @place: filled in
 *
 * Return: 0, or a negative errno with the error text set: -ENOENT if the blob is
 * missing, -EINVAL if it is not a regular file.
 */
int sgz_store_blob(const struct sgz_store *store, const struct sgz_context *ctx,
		   const uint8_t digest[STARGZ_SHA256_LEN],
		   struct sgz_place *place);

/** sgz_store_file() - find a file by its name, as sgz_store_blob() */
int sgz_store_file(const struct sgz_store *store, const struct sgz_context *ctx,
		   const char *name, struct sgz_place *place);

/**
 * sgz_store_fd() - open the file of a place
 * @store: the store
 * @ctx: the call
 * @place: the place
 *
 * Return: a descriptor that the caller closes, or a negative errno with the
 * error text set.
 */
int sgz_store_fd(const struct sgz_store *store, const struct sgz_context *ctx,
		 const struct sgz_place *place);

/**
 * sgz_store_read() - read a document
 * @store: the store
 * @ctx: the call
 * @what: what it is, for messages
 * @place: where it is
 * @bytes: the content is appended to this array of bytes, with a NUL that does
 *	not count
 *
 * Return: 0, or a negative errno with the error text set: -E2BIG if it is larger
 * than %SGZ_DOC_MAX.
 */
int sgz_store_read(const struct sgz_store *store, const struct sgz_context *ctx,
		   const char *what, const struct sgz_place *place,
		   struct sgz_vec *bytes);

/** sgz_store_close() - release */
void sgz_store_close(struct sgz_store *store);

#endif /* SGZ_IMAGE_STORE_H */
