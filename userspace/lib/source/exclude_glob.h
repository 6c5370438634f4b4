/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Shell patterns of paths to omit, as --exclude of GNU tar has them.
 */
#ifndef SGZ_SOURCE_EXCLUDE_GLOB_H
#define SGZ_SOURCE_EXCLUDE_GLOB_H

#include "source/exclude_rules.h"

/**
 * sgz_exclude_glob() - omit matching paths and everything below them
 * @ex: the rules; initially zeroed
 * @ctx: the call
 * @glob: pattern as in glob(7), but wildcards match slashes, too. It matches a
 *	path, or what follows any slash in it; with a leading "/" or "./" only a
 *	path.
 *
 * Return: 0, -EINVAL if @glob has a bracket expression that is invalid, or
 * -ENOMEM; with the error text set.
 */
int sgz_exclude_glob(struct sgz_exclude *ex, const struct sgz_context *ctx,
		     const char *glob);

#endif /* SGZ_SOURCE_EXCLUDE_GLOB_H */
