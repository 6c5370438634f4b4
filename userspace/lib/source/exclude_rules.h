/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Which paths are left out of a layer.
 */
#ifndef SGZ_SOURCE_EXCLUDE_RULES_H
#define SGZ_SOURCE_EXCLUDE_RULES_H

#include <stdbool.h>

#include "base/context.h"
#include "base/memory.h"

/**
 * struct sgz_exclude - rules
 * @paths: char *, cleaned
 * @patterns: regex_t
 */
struct sgz_exclude {
	struct sgz_vec paths;
	struct sgz_vec patterns;
};

/** sgz_exclude_path() - leave out a path and what is below it */
int sgz_exclude_path(struct sgz_exclude *ex, const struct sgz_context *ctx,
		     const char *path);

/**
 * sgz_exclude_pattern() - leave out what matches, and what is below it
 * @ex: the rules; zeroed at first
 * @ctx: the call
 * @pattern: POSIX extended regular expression. It is compared with paths that
 *	have no slash at their begin or end, and may match any part of them.
 *
 * Return: 0, -EINVAL if it is no such expression, or -ENOMEM; with the error
 * text set.
 */
int sgz_exclude_pattern(struct sgz_exclude *ex, const struct sgz_context *ctx,
			const char *pattern);

/** sgz_exclude_any() - are there any rules? */
static inline bool sgz_exclude_any(const struct sgz_exclude *ex)
{
	return ex->paths.count || ex->patterns.count;
}

/**
 * sgz_excluded() - is a path left out?
 * @rules: struct sgz_exclude; fit for sgz_dir_options.excluded
 * @path: cleaned path
 * @len: bytes in it
 *
 * Return: true if so; the root never is.
 */
bool sgz_excluded(const void *rules, const char *path, size_t len);

/** sgz_exclude_free() - release */
void sgz_exclude_free(struct sgz_exclude *ex);

#endif /* SGZ_SOURCE_EXCLUDE_RULES_H */
