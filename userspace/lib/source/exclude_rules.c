// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Literal paths and regular expressions, as in mkfs.erofs.
 */
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "source/exclude_rules.h"

int sgz_exclude_path(struct sgz_exclude *ex, const struct sgz_context *ctx,
		     const char *path)
{
	char *copy = strdup(path);
	char **to = copy ? sgz_vec_add(&ex->paths, 1, sizeof(*to)) : NULL;

	if (!to) {
		free(copy);
		return sgz_nomem(ctx);
	}
	copy[sgz_path_clean(copy, copy, strlen(copy))] = '\0';
	*to = copy;
	return 0;
}

int sgz_exclude_pattern(struct sgz_exclude *ex, const struct sgz_context *ctx,
			const char *pattern)
{
	regex_t *to = sgz_vec_add(&ex->patterns, 1, sizeof(*to));
	char why[128];
	int ret;

	if (!to)
		return sgz_nomem(ctx);
	ret = regcomp(to, pattern, REG_EXTENDED | REG_NOSUB);
	if (!ret)
		return 0;
	regerror(ret, to, why, sizeof(why));
	ex->patterns.count--;
	return sgz_fail(ctx, ret == REG_ESPACE ? -ENOMEM : -EINVAL, "%s: %s",
			sgz_quote(pattern, strlen(pattern)).text, why);
}

/* Does a rule match this path itself, without its parents? */
static bool matches(const struct sgz_exclude *ex, const char *path, size_t len)
{
	char *const *literal = ex->paths.data;
	const regex_t *pattern = ex->patterns.data;

	for (size_t i = 0; i < ex->paths.count; i++)
		if (strlen(literal[i]) == len && !memcmp(literal[i], path, len))
			return true;
	for (size_t i = 0; i < ex->patterns.count; i++) {
		regmatch_t range = { 0, len };

		if (!regexec(&pattern[i], path, 1, &range, REG_STARTEND))
			return true;
	}
	return false;
}

bool sgz_excluded(const void *rules, const char *path, size_t len)
{
	if (!sgz_exclude_any(rules))
		return false;
	for (size_t i = 1; i <= len; i++)
		if ((i == len || path[i] == '/') && matches(rules, path, i))
			return true;
	return false;
}

void sgz_exclude_free(struct sgz_exclude *ex)
{
	char **path = ex->paths.data;
	regex_t *pattern = ex->patterns.data;

	for (size_t i = 0; i < ex->paths.count; i++)
		free(path[i]);
	for (size_t i = 0; i < ex->patterns.count; i++)
		regfree(&pattern[i]);
	sgz_vec_free(&ex->paths);
	sgz_vec_free(&ex->patterns);
}
