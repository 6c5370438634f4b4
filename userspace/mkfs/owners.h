/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arguments that are users or groups, by number or name, and maps of them.
 */
#ifndef OWNERS_H
#define OWNERS_H

#include "option_table.h"
#include "stargz/make.h"

/* Range of ids; the last number of 32 bits means "none" to the kernel. */
#define OWNER_MAX	(UINT32_MAX - 1)

/**
 * struct owner_maps - ranges of ids that become other ones
 * @map: array that owner_maps_free() releases
 * @count: number of ranges
 */
struct owner_maps {
	struct stargz_edit_map *map;
	size_t count;
};

/** owner_take_user() - take a user; @at is a struct stargz_edit_owner */
const char *owner_take_user(void *at, const struct option_value *value);

/** owner_take_group() - take a group, likewise */
const char *owner_take_group(void *at, const struct option_value *value);

/** owner_take_map() - append FROM:TO[:COUNT]; @at is a struct owner_maps */
const char *owner_take_map(void *at, const struct option_value *value);

/** owner_maps_free() - release */
void owner_maps_free(struct owner_maps *maps);

#endif /* OWNERS_H */
