// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Drawing a progress bar on standard error.
 */
#include <stdio.h>

#include "bar.h"

#define WIDTH	50

void bar_start(struct bar *bar)
{
	bar->shown = time(NULL);
}

void bar_draw(struct bar *bar, uint64_t done, uint64_t total)
{
	time_t now = time(NULL);
	int full;

	if (now == bar->shown || !total)
		return;
	bar->shown = now;
	full = WIDTH * (double)(done < total ? done : total) / total;
	fprintf(stderr, "\r[%.*s%*s] %3d%%", full,
		"==================================================",
		WIDTH - full, "", full * 100 / WIDTH);
	bar->drawn = true;
}

void bar_clear(struct bar *bar)
{
	if (bar->drawn)
		fputs("\r\033[K", stderr);
	bar->drawn = false;
}
