/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * POSIX ACLs: as text in PAX records, and as extended attributes.
 */
#ifndef SGZ_TAR_ACL_H
#define SGZ_TAR_ACL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"

/**
 * struct sgz_acl_names - lookup of user and group names
 * @find: sets @id to the ID of a user, or of a @group. Returns 0, -ENOENT or
 *	-ENOMEM
 * @data: passed to @find
 */
struct sgz_acl_names {
	int (*find)(void *data, const char *name, size_t len, bool group,
		    uint32_t *id);
	void *data;
};

/**
 * sgz_acl_convert() - make the value of system.posix_acl_access or _default
 * @acl: the bytes of the value are appended
 * @text: entries such as "user:1000:r-x" or "group:adm:rwx:4", separated by
 *	commas or newlines; a fourth field is the numeric user or group ID
 * @len: length of @text in bytes
 * @mode: for a default ACL NULL; for an access ACL the mode of the object. Its
 *	permission bits are set from the ACL. Nothing is appended if the ACL has
 *	no entries besides these bits
 * @names: lookup of names without a numeric ID, or NULL
 *
 * Return: 0, or 1 if @names was used, -EINVAL if it is not an ACL, -ENOENT if
 * the ID of a user or group is unknown, -ENOMEM.
 */
int sgz_acl_convert(struct sgz_vec *acl, const char *text, size_t len,
		    uint16_t *mode, const struct sgz_acl_names *names);

/**
 * sgz_acl_text() - convert the value of an ACL attribute to text
 * @text: entries separated by commas, with numeric IDs, are appended
 * @acl: value of the attribute
 * @len: length of @acl in bytes
 *
 * Return: 0, -EINVAL if the kernel would reject the ACL, -ENOMEM.
 */
int sgz_acl_text(struct sgz_vec *text, const void *acl, size_t len);

#endif /* SGZ_TAR_ACL_H */
