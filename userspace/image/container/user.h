/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: the user of a container.
 */
#ifndef IMAGE_USER_H
#define IMAGE_USER_H

#include <stddef.h>
#include <sys/types.h>

/**
 * struct user - a user, and groups
 * @uid: the user
 * @gid: the group
 * @groups: further groups; allocated
 * @count: number of @groups
 * @home: home directory; allocated
 */
struct user {
	uid_t uid;
	gid_t gid;
	gid_t *groups;
	size_t count;
	char *home;
};

/**
 * user_find() - find the user of a container
 * @user: filled in; must be released with user_free()
 * @root: root directory of the image, for its /etc/passwd and /etc/group
 * @text: "USER" or "USER:GROUP", names or numbers; empty: root
 * @name: the image, for messages
 *
 * Return: 0, or -EINVAL after an error message.
 */
int user_find(struct user *user, int root, const char *text, const char *name);

/** user_free() - release */
void user_free(struct user *user);

#endif /* IMAGE_USER_H */
