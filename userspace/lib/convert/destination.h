/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The OCI layout that gets an image. New blobs have no names until all of them
 * are complete, and index.json is replaced last: a failure or a kill leaves
 * nothing but empty directories, or complete blobs that no index names.
 */
#ifndef SGZ_CONVERT_DESTINATION_H
#define SGZ_CONVERT_DESTINATION_H

#include <json-c/json.h>

#include "base/memory.h"
#include "base/sha256.h"

/* Name of a temporary file, where a file system has no files without names. */
#define SGZ_DEST_TEMP	".stargz-"

/**
 * struct sgz_dest_blob - a new file in the directory of blobs
 * @fd: open for reading and writing, or -1
 * @temp: its name; empty: it has none yet
 */
struct sgz_dest_blob {
	int fd;
	char temp[sizeof(SGZ_DEST_TEMP) + 16];
};

/**
 * struct sgz_destination - an OCI layout
 * @path: its name; not owned
 * @dir: the directory
 * @blobs: its directory blobs/sha256
 * @made: number of directories that were made, for sgz_destination_drop()
 */
struct sgz_destination {
	const char *path;
	int dir;
	int blobs;
	unsigned int made;
};

/**
 * sgz_destination_open() - open or make the directories of a layout
 * @dest: filled in; must be closed, also after an error
 * @ctx: the call
 * @path: the directory; must stay valid as long as @dest
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_destination_open(struct sgz_destination *dest,
			 const struct sgz_context *ctx, const char *path);

/** sgz_destination_new() - make a file for a blob; fails with an error text */
int sgz_destination_new(const struct sgz_destination *dest,
			const struct sgz_context *ctx,
			struct sgz_dest_blob *blob);

/**
 * sgz_destination_keep() - give a blob its name
 * @dest: the layout
 * @ctx: the call
 * @blob: the blob with all its bytes; is closed on success
 * @digest: its digest
 *
 * A blob with this name stays if it has the digest; else it is replaced.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_destination_keep(const struct sgz_destination *dest,
			 const struct sgz_context *ctx,
			 struct sgz_dest_blob *blob,
			 const uint8_t digest[STARGZ_SHA256_LEN]);

/** sgz_destination_can_link() - can a file have a name in the layout? Tries it */
bool sgz_destination_can_link(const struct sgz_destination *dest,
			      const struct sgz_context *ctx, int fd);

/** sgz_destination_discard() - close a blob that is not kept */
void sgz_destination_discard(const struct sgz_destination *dest,
			     struct sgz_dest_blob *blob);

/**
 * sgz_destination_has() - does the layout have a blob, whole?
 * @dest: the layout
 * @digest: digest of the blob, with which its bytes are compared
 * @size: size of the blob in bytes
 *
 * Return: true if so.
 */
bool sgz_destination_has(const struct sgz_destination *dest,
			 const uint8_t digest[STARGZ_SHA256_LEN],
			 uint64_t size);

/**
 * sgz_destination_put() - store a document
 * @dest: the layout
 * @ctx: the call
 * @bytes: the document
 * @len: its length in bytes
 * @digest: set to its digest
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_destination_put(const struct sgz_destination *dest,
			const struct sgz_context *ctx, const void *bytes,
			size_t len, uint8_t digest[STARGZ_SHA256_LEN]);

/**
 * sgz_destination_end() - name the new images in index.json
 * @dest: the layout
 * @ctx: the call
 * @images: array of descriptors. They replace those of the same names, and of
 *	the same digests if they have no name
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_destination_end(const struct sgz_destination *dest,
			const struct sgz_context *ctx,
			struct json_object *images);

/** sgz_destination_drop() - remove the directories that were made */
void sgz_destination_drop(struct sgz_destination *dest);

/** sgz_destination_close() - release */
void sgz_destination_close(struct sgz_destination *dest);

#endif /* SGZ_CONVERT_DESTINATION_H */
