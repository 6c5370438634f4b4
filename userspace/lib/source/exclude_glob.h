/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Shell patterns of paths to omit, as with --exclude of GNU tar.
 */
#ifndef SGZ_SOURCE_EXCLUDE_GLOB_H
#define SGZ_SOURCE_EXCLUDE_GLOB_H

#include "source/exclude_rules.h"

/**
 * sgz_exclude_glob() - omit matching paths and everything below them
 * @ex: the rules; initially zeroed
 * @ctx: the call
 * @glob: pattern as in glob(7), but wildcards match slashes, too. It matches a
 *	path, or the part of a path after any slash. With a leading "/" or "./"
 *	it matches only whole paths.
 *
 * Return: 0, -EINVAL if a bracket expression is invalid, or -ENOMEM; with the
 * error text set.
 */
int sgz_exclude_glob(struct sgz_exclude *ex, const struct sgz_context *ctx,
		     const char *glob);

#endif /* SGZ_SOURCE_EXCLUDE_GLOB_H */
