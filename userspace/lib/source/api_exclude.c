// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
#include <stdlib.h>

#include "source/api_exclude.h"
#include "source/exclude_glob.h"

static struct sgz_exclude *rules_of(struct stargz_exclude **exclude,
				    const struct sgz_context *ctx)
{
	if (!*exclude)
		*exclude = calloc(1, sizeof(**exclude));
	if (*exclude)
		return &(*exclude)->rules;
	sgz_nomem(ctx);
	return NULL;
}

int stargz_exclude_path(struct stargz_exclude **exclude, const char *path,
			struct stargz_error *err)
{
	struct stargz_error unwanted;
	const struct sgz_context ctx = { .err = err ? err : &unwanted };
	struct sgz_exclude *rules = rules_of(exclude, &ctx);

	return rules ? sgz_exclude_path(rules, &ctx, path) : -ENOMEM;
}

int stargz_exclude_regex(struct stargz_exclude **exclude, const char *regex,
			 struct stargz_error *err)
{
	struct stargz_error unwanted;
	const struct sgz_context ctx = { .err = err ? err : &unwanted };
	struct sgz_exclude *rules = rules_of(exclude, &ctx);

	return rules ? sgz_exclude_pattern(rules, &ctx, regex) : -ENOMEM;
}

int stargz_exclude_glob(struct stargz_exclude **exclude, const char *glob,
			struct stargz_error *err)
{
	struct stargz_error unwanted;
	const struct sgz_context ctx = { .err = err ? err : &unwanted };
	struct sgz_exclude *rules = rules_of(exclude, &ctx);

	return rules ? sgz_exclude_glob(rules, &ctx, glob) : -ENOMEM;
}

void stargz_exclude_free(struct stargz_exclude *exclude)
{
	if (!exclude)
		return;
	sgz_exclude_free(&exclude->rules);
	free(exclude);
}
