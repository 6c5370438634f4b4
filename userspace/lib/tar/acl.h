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
 * struct sgz_acl_names - who knows the numbers of owners
 * @find: look for a user, or a @group, and set its number. Returns 0, -ENOENT or
 *	-ENOMEM
 * @data: handed to @find
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
 *	commas or newlines; a last field that is a number is the owner's
 * @len: bytes in @text
 * @mode: NULL, or that of the object to which it gives access; its nine bits
 *	are set to what the ACL makes of them, and an ACL that says no more than
 *	these is dropped: nothing is appended
 * @names: who knows numbers that the text does not say, or NULL
 *
 * Return: 0, or 1 if @names was needed, -EINVAL if it is not an ACL, -ENOENT if
 * nobody knows the number of an owner, -ENOMEM.
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
