/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.stargz: names of cached indexes.
 */
#ifndef MOUNT_CACHEKEY_H
#define MOUNT_CACHEKEY_H

#include "options.h"
#include "source.h"
#include "stargz/digest.h"
#include "stargz/image.h"
#include "stargz/index.h"

/**
 * struct cachekey - possible names of the index of a source
 * @toc: digest of the table of contents and the other data on which an index
 *	depends if no content is read; empty if the layer has no such table, or
 *	if the index has digests of content
 * @file: digest of the current identity of the file; empty if the source is not
 *	a regular file, or if it changed a moment ago
 */
struct cachekey {
	char toc[STARGZ_SHA256_HEX];
	char file[STARGZ_SHA256_HEX];
};

/**
 * cachekey_make() - compute the names of the indexes that a mount may use
 * @src: source after source_find_blob()
 * @opt: mount options
 * @key: filled in on success
 * @err: filled in on failure
 *
 * Return: 0, -ENODATA if the layer has neither name, or another negative errno.
 */
int cachekey_make(const struct source *src, const struct mount_options *opt,
		  struct cachekey *key, struct stargz_error *err);

/**
 * cachekey_of_index() - compute the name of a new index
 * @key: from cachekey_make(), before the index was made
 * @src: source
 * @opt: mount options
 * @stats: statistics of the index
 * @name: set to its name
 *
 * The source may change at any time. The name depends on the bytes from which
 * the index was made, not on those that cachekey_make() read.
 *
 * Return: false if the index must not be cached.
 */
bool cachekey_of_index(const struct cachekey *key, const struct source *src,
		       const struct mount_options *opt,
		       const struct stargz_index_stats *stats,
		       char name[STARGZ_SHA256_HEX]);

/**
 * cachekey_hash() - the name that a text stands for
 * @name: set to the name
 * @text: everything on which an index depends
 *
 * Return: 0 or a negative errno.
 */
int cachekey_hash(char name[STARGZ_SHA256_HEX], const char *text);

/**
 * cachekey_of_layer() - compute the name of a range of a file with a digest
 * @name: set to the name
 * @fd: the file
 * @layer: the range and the digest
 *
 * Return: 0; -ENODATA if the file has no identity, see above; or another
 * negative errno.
 */
int cachekey_of_layer(char name[STARGZ_SHA256_HEX], int fd,
		      const struct stargz_image_layer *layer);

#endif /* MOUNT_CACHEKEY_H */
