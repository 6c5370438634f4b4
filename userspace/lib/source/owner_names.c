// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Each name is looked up once.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "source/owner_names.h"

/* Maximum size of a record of a user, or of a group with its members. */
#define RECORD_MAX	(64u << 10)

struct owner {
	bool group;
	bool exists;
	uint32_t id;
	char name[];
};

static int compare_owners(const void *left, const void *right)
{
	const struct owner *a = left, *b = right;

	if (a->group != b->group)
		return a->group ? 1 : -1;
	return strcmp(a->name, b->name);
}

static void look_up(struct owner *owner, char *buf)
{
	struct passwd pw, *user = NULL;
	struct group gr, *group = NULL;

	if (owner->group)
		getgrnam_r(owner->name, &gr, buf, RECORD_MAX, &group);
	else
		getpwnam_r(owner->name, &pw, buf, RECORD_MAX, &user);
	owner->exists = user || group;
	if (user)
		owner->id = user->pw_uid;
	if (group)
		owner->id = group->gr_gid;
}

static struct owner *add_owner(struct sgz_owner_names *names,
			       const char *name, size_t len, bool group)
{
	struct owner *owner = calloc(1, sizeof(*owner) + len + 1), **found;
	char *buf;

	if (!owner)
		return NULL;
	owner->group = group;
	memcpy(owner->name, name, len);
	found = tsearch(owner, &names->known, compare_owners);
	if (!found || *found != owner) {
		free(owner);
		return found ? *found : NULL;
	}
	buf = malloc(RECORD_MAX);
	if (buf)
		look_up(owner, buf);
	free(buf);
	return buf ? owner : NULL;
}

int sgz_owner_find(void *data, const char *name, size_t len, bool group,
		   uint32_t *id)
{
	struct sgz_owner_names *names = data;
	const struct owner *owner = add_owner(names, name, len, group);

	if (!owner)
		return -ENOMEM;
	if (!owner->exists)
		return -ENOENT;
	*id = owner->id;
	return 0;
}

void sgz_owner_names_free(struct sgz_owner_names *names)
{
	tdestroy(names->known, free);
}
