// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Structs grow at their ends, and the caller says how long its struct is, as
 * with openat2(2).
 */
#include <stdint.h>
#include <string.h>

#include "base/context.h"
#include "base/options.h"

int sgz_options_copy(void *to, size_t known, const void *from,
		     struct stargz_error *err)
{
	const struct sgz_context ctx = { .err = err };
	const uint8_t *bytes = from;
	size_t size;

	memset(to, 0, known);
	if (!from)
		return 0;
	memcpy(&size, from, sizeof(size));
	if (size < sizeof(size))
		return sgz_fail(&ctx, -EINVAL,
				"options without their size, struct_size");
	for (size_t i = known; i < size; i++)
		if (bytes[i])
			return sgz_fail(&ctx, -E2BIG,
					"options that this version does not know");
	memcpy(to, from, size < known ? size : known);
	return 0;
}
