/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Rules for paths to omit from a layer.
 */
#ifndef SGZ_SOURCE_EXCLUDE_RULES_H
#define SGZ_SOURCE_EXCLUDE_RULES_H

#include <stdbool.h>

#include "base/context.h"
#include "source/path_tree.h"

/**
 * struct sgz_exclude - rules
 * @paths: literal paths; a node has a value if its path is omitted
 * @strings: memory for the names of @paths
 * @patterns: struct sgz_exclude_pattern, private
 */
struct sgz_exclude {
	struct sgz_path_tree paths;
	struct sgz_arena strings;
	struct sgz_vec patterns;
};

/** sgz_exclude_path() - omit a path and everything below it */
int sgz_exclude_path(struct sgz_exclude *ex, const struct sgz_context *ctx,
		     const char *path);

/**
 * sgz_exclude_pattern() - omit matching paths and everything below them
 * @ex: the rules; initially zeroed
 * @ctx: the call
 * @pattern: POSIX extended regular expression that matches any part of a path
 *	without leading and trailing slashes
 *
 * Return: 0, -EINVAL if @pattern is invalid, or -ENOMEM; with the error text
 * set.
 */
int sgz_exclude_pattern(struct sgz_exclude *ex, const struct sgz_context *ctx,
			const char *pattern);

/**
 * sgz_exclude_closed() - as sgz_exclude_pattern(), for a pattern that matches
 * the paths below every path that it matches
 * @ex: the rules; initially zeroed
 * @ctx: the call
 * @pattern: the expression
 *
 * Return: as sgz_exclude_pattern().
 */
int sgz_exclude_closed(struct sgz_exclude *ex, const struct sgz_context *ctx,
		       const char *pattern);

/** sgz_exclude_any() - are there any rules? */
static inline bool sgz_exclude_any(const struct sgz_exclude *ex)
{
	return ex->paths.nodes.count || ex->patterns.count;
}

/**
 * sgz_excluded() - do the rules omit a path? For sgz_dir_options.excluded.
 * @rules: struct sgz_exclude
 * @path: cleaned path
 * @len: its length in bytes
 *
 * Return: true if so; never for the root.
 */
bool sgz_excluded(const void *rules, const char *path, size_t len);

/** sgz_exclude_free() - release */
void sgz_exclude_free(struct sgz_exclude *ex);

#endif /* SGZ_SOURCE_EXCLUDE_RULES_H */
