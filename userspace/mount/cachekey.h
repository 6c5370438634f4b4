/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.stargz: names of cached indexes.
 */
#ifndef MOUNT_CACHEKEY_H
#define MOUNT_CACHEKEY_H

#include "options.h"
#include "source.h"
#include "stargz/digest.h"

/**
 * struct cachekey - what an index is made from
 * @name: digest of that, the name of the index
 * @of_file: the layer has no table of contents; so it stands for one file in
 *	one state, not for bytes wherever they are
 */
struct cachekey {
	char name[STARGZ_SHA256_HEX];
	bool of_file;
};

/**
 * cachekey_make() - name the index that a mount needs
 * @src: source with its blob found
 * @opt: mount options
 * @key: filled on success
 * @err: filled on failure
 *
 * Two mounts that need different indexes get different names; two mounts of
 * the same bytes in different places the same, if there is a table of
 * contents.
 *
 * Return: 0, -ENODATA if there is nothing by which the layer could be known
 * again, or another negative errno.
 */
int cachekey_make(const struct source *src, const struct mount_options *opt,
		  struct cachekey *key, struct stargz_error *err);

/**
 * cachekey_fits() - may an index be kept under a name?
 * @key: of cachekey_make(), before the index was made
 * @src: source
 * @opt: mount options
 * @fd: the index, open for reading
 *
 * Return: nothing but what the name is made from went into the index.
 */
bool cachekey_fits(const struct cachekey *key, const struct source *src,
		   const struct mount_options *opt, int fd);

#endif /* MOUNT_CACHEKEY_H */
