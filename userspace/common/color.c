// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Colours of the output. They follow the rules of diff(1) and ls(1), and of
 * no-color.org: a terminal gets colours unless NO_COLOR is set and not empty, or
 * TERM says that it has none.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "color.h"

const char *const color_words[] = { "auto", "always", "never", NULL };

bool color_wanted(uint32_t when, FILE *to)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (when != COLOR_AUTO)
		return when == COLOR_ALWAYS;
	if ((no && *no) || !term || !strcmp(term, "dumb"))
		return false;
	return isatty(fileno(to));
}
