/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.stargz: names of cached indexes.
 */
#ifndef MOUNT_CACHEKEY_H
#define MOUNT_CACHEKEY_H

#include "options.h"
#include "source.h"
#include "stargz/digest.h"
#include "stargz/index.h"

/**
 * struct cachekey - the names that an index of a source may have
 * @toc: digest of the table of contents and of all else that an index without
 *	content is made from; an empty string if the layer has no such table
 * @file: digest of the identity of the file in its present state; an empty string
 *	if the source is no regular file, or one that changed a moment ago
 */
struct cachekey {
	char toc[STARGZ_SHA256_HEX];
	char file[STARGZ_SHA256_HEX];
};

/**
 * cachekey_make() - name the indexes that a mount may use
 * @src: source with its blob found
 * @opt: mount options
 * @key: filled on success
 * @err: filled on failure
 *
 * Return: 0, -ENODATA if there is nothing by which the layer could be known
 * again, or another negative errno.
 */
int cachekey_make(const struct source *src, const struct mount_options *opt,
		  struct cachekey *key, struct stargz_error *err);

/**
 * cachekey_of_index() - name an index that was made now
 * @key: of cachekey_make(), before the index was made
 * @src: source
 * @opt: mount options
 * @stats: what the index was made from
 * @name: set to its name
 *
 * An index is named after the bytes that it was made from, not after those that
 * were looked at before: the source may change at any time.
 *
 * Return: false if it must not be kept.
 */
bool cachekey_of_index(const struct cachekey *key, const struct source *src,
		       const struct mount_options *opt,
		       const struct stargz_index_stats *stats,
		       char name[STARGZ_SHA256_HEX]);

#endif /* MOUNT_CACHEKEY_H */
