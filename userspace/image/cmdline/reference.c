// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The grammar is that of the Go package "reference" of the distribution project,
 * with which podman and containerd parse names.
 */
#include <regex.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../../mount/xalloc.h"
#include "reference.h"

/* Longest name without its tag. */
#define NAME_BYTES_MAX	255

#define HOST	"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
#define PART	"[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*"

static const char pattern[] =
	"^" HOST "(\\." HOST ")*(:[0-9]+)?(/" PART ")+"
	":[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$";

static bool is_valid(const char *text)
{
	regex_t regex;
	bool valid;

	if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB))
		return false;
	valid = !regexec(&regex, text, 0, NULL, 0);
	regfree(&regex);
	return valid;
}

/* Is the first part of a name, of @len bytes, a registry? */
static bool is_registry(const char *text, size_t len)
{
	return memchr(text, '.', len) || memchr(text, ':', len) ||
	       (len == strlen("localhost") &&
		!strncmp(text, "localhost", len));
}

static const char *find_tag(const char *text)
{
	const char *slash = strrchr(text, '/');

	return strchr(slash ? slash : text, ':');
}

char *reference_complete(const char *text)
{
	const char *slash = strchr(text, '/');
	bool registry = slash && is_registry(text, slash - text);
	size_t len;
	char *name;

	name = xasprintf("%s%s%s", registry ? "" : "localhost/", text,
			 find_tag(text) ? "" : ":latest");
	len = find_tag(name) - name;
	if (len <= NAME_BYTES_MAX && is_valid(name))
		return name;
	free(name);
	return NULL;
}
