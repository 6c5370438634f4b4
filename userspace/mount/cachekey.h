/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.stargz: names of cached indexes.
 */
#ifndef MOUNT_CACHEKEY_H
#define MOUNT_CACHEKEY_H

#include "options.h"
#include "sha256.h"
#include "source.h"

/**
 * cachekey_make() - name the index that a mount needs
 * @src: source with its blob found
 * @opt: mount options
 * @key: filled on success
 * @err: filled on failure
 *
 * Two mounts that need different indexes get different names, two mounts of
 * the same bytes in different places the same.
 *
 * Return: 0 or a negative errno.
 */
int cachekey_make(const struct source *src, const struct mount_options *opt,
		  struct sgz_hex *key, struct stargz_error *err);

#endif /* MOUNT_CACHEKEY_H */
