// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sizes on the command line.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "size.h"

static const char units[] = "KMGT";

bool size_parse(const char *text, enum size_syntax syntax, int64_t *bytes)
{
	bool mount = syntax == SIZE_MOUNT;
	uint64_t value;
	char *end;
	int shift = 0;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	value = strtoull(text, &end, mount ? 0 : 10);
	if (errno)
		return false;
	if (*end) {
		const char *unit = strchr(units, mount ?
					  toupper((unsigned char)*end) : *end);

		if (!unit)
			return false;
		shift = 10 * (unit - units + 1);
		end++;
		if (mount && !strcmp(end, "iB"))
			end += 2;
	}
	if (*end || value > (uint64_t)INT64_MAX >> shift)
		return false;
	*bytes = value << shift;
	return true;
}

void size_format(char text[SIZE_TEXT], int64_t bytes)
{
	size_t n = 0;

	while (bytes && !(bytes % 1024) && n < strlen(units)) {
		bytes /= 1024;
		n++;
	}
	snprintf(text, SIZE_TEXT, "%" PRId64 "%.*s", bytes, n > 0,
		 n ? units + n - 1 : "");
}
