// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sizes as users write them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "size.h"

bool parse_size(const char *text, uint64_t *value)
{
	static const char units[] = "KMGT";
	const char *unit;
	char *end;
	int shift = 0;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*value = strtoull(text, &end, 10);
	if (errno)
		return false;
	unit = *end ? strchr(units, *end) : NULL;
	if (unit) {
		shift = 10 * (unit - units + 1);
		end++;
	}
	if (*end || *value > (uint64_t)INT64_MAX >> shift)
		return false;
	*value <<= shift;
	return true;
}
