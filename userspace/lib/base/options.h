/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Options by callers that were compiled with other versions of the headers.
 */
#ifndef SGZ_BASE_OPTIONS_H
#define SGZ_BASE_OPTIONS_H

#include <stddef.h>

#include "stargz/error.h"

/**
 * sgz_options_copy() - take over a struct of options
 * @to: set to the options, what the caller's struct does not have to zero
 * @known: bytes of it; it begins with a size_t, the bytes of the struct
 * @from: the caller's struct, or NULL: all is zero
 * @err: filled on failure
 *
 * Return: 0, -EINVAL if the caller's struct has no size, -E2BIG if it has what
 * this version does not know, and it is not zero.
 */
int sgz_options_copy(void *to, size_t known, const void *from,
		     struct stargz_error *err);

#endif /* SGZ_BASE_OPTIONS_H */
