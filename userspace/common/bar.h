/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Progress: a bar on the terminal, and a line on SIGUSR1.
 */
#ifndef BAR_H
#define BAR_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/**
 * struct bar - a progress bar
 * @prog: name of the program
 * @terminal: draw it
 * @drawn: it is on the terminal
 * @name: what is worked on
 * @begin: when that began, in seconds of the monotonic clock
 * @shown: when the bar was last drawn
 */
struct bar {
	const char *prog;
	bool terminal;
	bool drawn;
	const char *name;
	double begin;
	double shown;
};

/**
 * bar_init() - prepare for bar_start(), and handle SIGUSR1
 * @bar: the bar
 * @prog: name of the program
 * @quiet: draw nothing, only answer SIGUSR1
 *
 * Called before temporary files are made, because a signal that nobody handles
 * ends the program.
 */
void bar_init(struct bar *bar, const char *prog, bool quiet);

/**
 * bar_start() - the work begins
 * @bar: the bar
 * @name: the file that is worked on; kept until the work ends
 */
void bar_start(struct bar *bar, const char *name);

/**
 * bar_draw() - say how far the work is
 * @bar: the bar
 * @done: bytes done so far
 * @total: of so many; zero: nobody knows
 *
 * It is drawn once a second, and never in the first one. After a SIGUSR1, the
 * same is printed as a line.
 */
void bar_draw(struct bar *bar, uint64_t done, uint64_t total);

/** bar_clear() - remove it, before something else is printed */
void bar_clear(struct bar *bar);

#endif /* BAR_H */
