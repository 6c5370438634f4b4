/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A progress bar on the terminal.
 */
#ifndef BAR_H
#define BAR_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/**
 * struct bar - a progress bar
 * @drawn: it is on the terminal
 * @shown: when it was last drawn
 */
struct bar {
	bool drawn;
	time_t shown;
};

/** bar_start() - the work begins */
void bar_start(struct bar *bar);

/**
 * bar_draw() - say how far the work is
 * @bar: the bar
 * @done: done so far
 * @total: of that much
 *
 * It is drawn at most once a second, and never in the first one.
 */
void bar_draw(struct bar *bar, uint64_t done, uint64_t total);

/** bar_clear() - remove it, before something else is printed */
void bar_clear(struct bar *bar);

#endif /* BAR_H */
