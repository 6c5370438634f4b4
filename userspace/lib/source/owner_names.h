/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * IDs of users and groups, from the databases of this system.
 */
#ifndef SGZ_SOURCE_OWNER_NAMES_H
#define SGZ_SOURCE_OWNER_NAMES_H

#include "tar/acl.h"

/**
 * struct sgz_owner_names - cache of looked up names
 * @known: tree of struct owner
 */
struct sgz_owner_names {
	void *known;
};

/** sgz_owner_find() - sgz_acl_names.find; @data is a struct sgz_owner_names */
int sgz_owner_find(void *data, const char *name, size_t len, bool group,
		   uint32_t *id);

/** sgz_owner_names_free() - release */
void sgz_owner_names_free(struct sgz_owner_names *names);

#endif /* SGZ_SOURCE_OWNER_NAMES_H */
