// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * A shell pattern is converted to a regular expression, so that there is only
 * one kind of pattern to match.
 */
#include <stdlib.h>
#include <string.h>

#include "source/exclude_glob.h"

/*
 * These find a pattern in a path, as a whole path or up to a slash, in one pass
 * from the start of the path: "(^|/)" would be tried at each byte.
 */
#define ANY_DIR		"^(.*/)?"
#define END		"(/|$)"

/* A character of a pattern becomes at most two; anchors are added. */
#define REGEX_SIZE(len)	(2 * (len) + sizeof(ANY_DIR END))

/* Find the end of the bracket expression that starts at @p, or NULL. */
static const char *bracket_end(const char *p)
{
	p++;
	p += *p == '!' || *p == '^';
	/* A "]" as first character is an ordinary one. */
	p += *p == ']';
	while (*p && *p != ']') {
		char kind = p[0] == '[' ? p[1] : '\0';
		const char *end = NULL;
		const char close[] = { kind, ']', '\0' };

		if (kind && strchr(":.=", kind))
			end = strstr(p + 2, close);
		p = end ? end + 2 : p + 1;
	}
	return *p ? p : NULL;
}

/* Copy a bracket expression. Only its negation differs. */
static char *put_bracket(char *to, const char *p, const char *end)
{
	*to++ = *p++;
	if (*p == '!' || *p == '^') {
		*to++ = '^';
		p++;
	}
	return mempcpy(to, p, end + 1 - p);
}

static char *put_literal(char *to, char c)
{
	if (strchr(".[]{}()*+?^$|\\", c))
		*to++ = '\\';
	*to++ = c;
	return to;
}

static char *put_glob(char *to, const char *p)
{
	for (; *p; p++) {
		const char *end = *p == '[' ? bracket_end(p) : NULL;

		if (*p == '*') {
			to = stpcpy(to, ".*");
		} else if (*p == '?') {
			*to++ = '.';
		} else if (end) {
			to = put_bracket(to, p, end);
			p = end;
		} else {
			p += *p == '\\' && p[1];
			to = put_literal(to, *p);
		}
	}
	return to;
}

/* Copy a pattern without trailing slashes; paths of directories have none. */
static char *copy_glob(const char *glob)
{
	size_t len = strlen(glob);

	while (len > 1 && glob[len - 1] == '/' && glob[len - 2] != '\\')
		len--;
	return strndup(glob, len);
}

int sgz_exclude_glob(struct sgz_exclude *ex, const struct sgz_context *ctx,
		     const char *glob)
{
	char *copy = copy_glob(glob);
	char *regex = malloc(REGEX_SIZE(strlen(glob)));
	const char *p = copy;
	bool anchored;
	int ret;

	if (!copy || !regex) {
		free(copy);
		free(regex);
		return sgz_nomem(ctx);
	}
	p += strncmp(p, "./", 2) ? 0 : 1;
	anchored = *p == '/';
	while (*p == '/')
		p++;
	stpcpy(put_glob(stpcpy(regex, anchored ? "^" : ANY_DIR), p), END);
	ret = sgz_exclude_closed(ex, ctx, regex);
	if (ret == -EINVAL)
		ret = sgz_fail(ctx, ret, "%s: invalid pattern",
			       sgz_quote(glob, strlen(glob)).text);
	free(copy);
	free(regex);
	return ret;
}
