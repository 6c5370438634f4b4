// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: users by name or number. A name is that of the image. A number
 * need not be in its files, but may be: then it has a home and groups.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../mount/msg.h"
#include "../../mount/xalloc.h"
#include "root.h"
#include "user.h"

static bool parse_number(const char *text, uint32_t *number)
{
	unsigned long long n;
	char *end;

	if (!*text || strspn(text, "0123456789") != strlen(text))
		return false;
	errno = 0;
	n = strtoull(text, &end, 10);
	*number = n;
	return !errno && n < UINT32_MAX;
}

/* Find a user of the image. Sets @found to its name, a new string, or NULL. */
static void find_user(struct user *user, int root, const char *text,
		      bool is_number, char **found)
{
	FILE *file = root_read(root, "/etc/passwd");
	struct passwd *p;

	*found = NULL;
	while (file && !*found && (p = fgetpwent(file))) {
		if (is_number ? p->pw_uid != user->uid :
				strcmp(p->pw_name, text))
			continue;
		user->uid = p->pw_uid;
		user->gid = p->pw_gid;
		free(user->home);
		user->home = xasprintf("%s", *p->pw_dir ? p->pw_dir : "/");
		*found = xasprintf("%s", p->pw_name);
	}
	if (file)
		fclose(file);
}

static bool is_member(const struct group *group, const char *name)
{
	for (char **member = group->gr_mem; *member; member++)
		if (!strcmp(*member, name))
			return true;
	return false;
}

/* The groups that have the user as a member. */
static void find_groups(struct user *user, int root, const char *name)
{
	FILE *file = root_read(root, "/etc/group");
	struct group *g;

	while (file && (g = fgetgrent(file)))
		if (is_member(g, name)) {
			user->groups = xrealloc(user->groups, (user->count + 1) *
						sizeof(*user->groups));
			user->groups[user->count++] = g->gr_gid;
		}
	if (file)
		fclose(file);
}

static bool find_group(struct user *user, int root, const char *text)
{
	FILE *file = root_read(root, "/etc/group");
	bool found = false;
	struct group *g;

	while (file && !found && (g = fgetgrent(file)))
		if (!strcmp(g->gr_name, text)) {
			user->gid = g->gr_gid;
			found = true;
		}
	if (file)
		fclose(file);
	return found;
}

static int unknown(const char *name, const char *what, const char *text)
{
	msg_error(name, "the image has no %s %s", what, text);
	return -EINVAL;
}

/* Find the user, without the group after a colon. */
static int set_user(struct user *user, int root, const char *text,
		    bool has_group, const char *name)
{
	uint32_t number = 0;
	bool is_number = !*text || parse_number(text, &number);
	char *found;

	user->uid = number;
	find_user(user, root, text, is_number, &found);
	if (!found && !is_number)
		return unknown(name, "user", text);
	if (found && !has_group)
		find_groups(user, root, found);
	free(found);
	return 0;
}

int user_find(struct user *user, int root, const char *text, const char *name)
{
	char *copy = xasprintf("%s", text), *group = strchr(copy, ':');
	uint32_t number;
	int ret;

	memset(user, 0, sizeof(*user));
	user->home = xasprintf("/");
	if (group)
		*group++ = '\0';
	ret = set_user(user, root, copy, group && *group, name);
	if (!ret && group && *group) {
		if (parse_number(group, &number))
			user->gid = number;
		else if (!find_group(user, root, group))
			ret = unknown(name, "group", group);
	}
	free(copy);
	return ret;
}

void user_free(struct user *user)
{
	free(user->groups);
	free(user->home);
}
