/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * What is behind the rules that the public functions take.
 */
#ifndef SGZ_SOURCE_API_EXCLUDE_H
#define SGZ_SOURCE_API_EXCLUDE_H

#include "source/exclude_rules.h"
#include "stargz/make.h"

/**
 * struct stargz_exclude - what is left out of a layer
 * @rules: the same for the rest of the library
 */
struct stargz_exclude {
	struct sgz_exclude rules;
};

#endif /* SGZ_SOURCE_API_EXCLUDE_H */
