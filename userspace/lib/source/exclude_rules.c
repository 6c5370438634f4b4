// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Literal paths and regular expressions, as in mkfs.erofs.
 */
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "source/exclude_rules.h"

/**
 * struct sgz_exclude_pattern - a regular expression
 * @regex: the compiled expression
 * @open: a match may depend on the end of the path, so that each directory above
 *	is tested as well. Any other expression that matches a directory also
 *	matches the paths below it.
 */
struct sgz_exclude_pattern {
	regex_t regex;
	bool open;
};

int sgz_exclude_path(struct sgz_exclude *ex, const struct sgz_context *ctx,
		     const char *path)
{
	size_t len = strlen(path);
	char *copy = sgz_arena_copy(&ex->strings, path, len);
	uint32_t node = SGZ_NO_PATH;

	if (copy)
		node = sgz_path_add(&ex->paths, copy,
				    sgz_path_clean(copy, copy, len));
	if (node == SGZ_NO_PATH)
		return sgz_nomem(ctx);
	sgz_path_node(&ex->paths, node)->value = 1;
	return 0;
}

static int add_pattern(struct sgz_exclude *ex, const struct sgz_context *ctx,
		       const char *pattern, bool open)
{
	struct sgz_exclude_pattern *to = sgz_vec_add(&ex->patterns, 1,
						     sizeof(*to));
	char why[128];
	int ret;

	if (!to)
		return sgz_nomem(ctx);
	to->open = open;
	ret = regcomp(&to->regex, pattern, REG_EXTENDED | REG_NOSUB);
	if (!ret)
		return 0;
	regerror(ret, &to->regex, why, sizeof(why));
	ex->patterns.count--;
	return sgz_fail(ctx, ret == REG_ESPACE ? -ENOMEM : -EINVAL, "%s: %s",
			sgz_quote(pattern, strlen(pattern)).text, why);
}

int sgz_exclude_pattern(struct sgz_exclude *ex, const struct sgz_context *ctx,
			const char *pattern)
{
	/* A backslash may start an anchor of GNU. */
	return add_pattern(ex, ctx, pattern, strpbrk(pattern, "$\\"));
}

int sgz_exclude_closed(struct sgz_exclude *ex, const struct sgz_context *ctx,
		       const char *pattern)
{
	return add_pattern(ex, ctx, pattern, false);
}

/* Does a literal path omit the path or a directory above it? */
static bool is_named(const struct sgz_exclude *ex, const char *path, size_t len)
{
	const char *end = path + len;
	uint32_t node = SGZ_PATH_ROOT;

	while (path < end) {
		const char *slash = memchr(path, '/', end - path);
		size_t part = (slash ? slash : end) - path;

		node = sgz_path_child(&ex->paths, node, path, part);
		if (node == SGZ_NO_PATH)
			return false;
		if (sgz_path_node(&ex->paths, node)->value != SGZ_NO_PATH)
			return true;
		path += part + 1;
	}
	return false;
}

static bool matches(const struct sgz_exclude_pattern *pattern, const char *path,
		    size_t len)
{
	regmatch_t range = { 0, len };

	return !regexec(&pattern->regex, path, 1, &range, REG_STARTEND);
}

static bool is_matched(const struct sgz_exclude_pattern *pattern,
		       const char *path, size_t len)
{
	if (!pattern->open)
		return len && matches(pattern, path, len);
	for (size_t i = 1; i <= len; i++)
		if ((i == len || path[i] == '/') && matches(pattern, path, i))
			return true;
	return false;
}

bool sgz_excluded(const void *rules, const char *path, size_t len)
{
	const struct sgz_exclude *ex = rules;
	const struct sgz_exclude_pattern *pattern = ex->patterns.data;

	if (is_named(ex, path, len))
		return true;
	for (size_t i = 0; i < ex->patterns.count; i++)
		if (is_matched(&pattern[i], path, len))
			return true;
	return false;
}

void sgz_exclude_free(struct sgz_exclude *ex)
{
	struct sgz_exclude_pattern *pattern = ex->patterns.data;

	sgz_path_free(&ex->paths);
	sgz_arena_free(&ex->strings);
	for (size_t i = 0; i < ex->patterns.count; i++)
		regfree(&pattern[i].regex);
	sgz_vec_free(&ex->patterns);
}
