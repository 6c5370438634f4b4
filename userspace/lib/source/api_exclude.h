/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The rules of the public functions.
 */
#ifndef SGZ_SOURCE_API_EXCLUDE_H
#define SGZ_SOURCE_API_EXCLUDE_H

#include "source/exclude_rules.h"
#include "stargz/make.h"

/**
 * struct stargz_exclude - rules for files to omit from a layer
 * @rules: the rules inside the library
 */
struct stargz_exclude {
	struct sgz_exclude rules;
};

#endif /* SGZ_SOURCE_API_EXCLUDE_H */
