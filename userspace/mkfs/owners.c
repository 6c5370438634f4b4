// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names are those of this system, as in options of GNU tar and mksquashfs.
 */
#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "owners.h"

/* Parse a number up to @max, followed by @end. Returns what follows, or NULL. */
static const char *parse(const char *p, char end, uint64_t max, uint64_t *value)
{
	const char *start = p;

	for (*value = 0; *p >= '0' && *p <= '9'; p++) {
		*value = 10 * *value + (*p - '0');
		if (*value > max)
			return NULL;
	}
	if (p == start || *p != end)
		return NULL;
	return end ? p + 1 : p;
}

static const char *set_id(struct stargz_edit_owner *owner, uint32_t id)
{
	owner->set = true;
	owner->id = id;
	return NULL;
}

/* A number is one even if a user has it as a name. */
static bool is_number(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text);
}

static const char *take_number(void *at, const char *text)
{
	uint64_t id;

	if (!parse(text, '\0', OWNER_MAX, &id))
		return option_why("not a number from 0 to %u", OWNER_MAX);
	return set_id(at, id);
}

const char *owner_take_user(void *at, const struct option_value *value)
{
	const struct passwd *user;

	if (is_number(value->text))
		return take_number(at, value->text);
	user = getpwnam(value->text);
	return user ? set_id(at, user->pw_uid) :
		      option_why("neither a user of this system nor a number from 0 to %u",
				 OWNER_MAX);
}

const char *owner_take_group(void *at, const struct option_value *value)
{
	const struct group *group;

	if (is_number(value->text))
		return take_number(at, value->text);
	group = getgrnam(value->text);
	return group ? set_id(at, group->gr_gid) :
		       option_why("neither a group of this system nor a number from 0 to %u",
				  OWNER_MAX);
}

static bool parse_map(const char *text, struct stargz_edit_map *map)
{
	bool counted = strchr(text, ':') != strrchr(text, ':');
	uint64_t from, to, count = 1;

	text = parse(text, ':', OWNER_MAX, &from);
	if (text)
		text = parse(text, counted ? ':' : '\0', OWNER_MAX, &to);
	if (text && counted)
		text = parse(text, '\0', UINT32_MAX, &count);
	if (!text || !count || count > UINT32_MAX - from ||
	    count > UINT32_MAX - to)
		return false;
	*map = (struct stargz_edit_map){ from, to, count };
	return true;
}

const char *owner_take_map(void *at, const struct option_value *value)
{
	struct owner_maps *maps = at;
	struct stargz_edit_map *map;

	map = realloc(maps->map, (maps->count + 1) * sizeof(*map));
	if (!map)
		return "out of memory";
	maps->map = map;
	if (!parse_map(value->text, &map[maps->count]))
		return option_why("not FROM:TO or FROM:TO:COUNT, numbers from 0 to %u",
				  OWNER_MAX);
	maps->count++;
	return NULL;
}

void owner_maps_free(struct owner_maps *maps)
{
	free(maps->map);
}
