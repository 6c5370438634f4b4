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
 * @terminal: draw the bar
 * @drawn: the bar is on the terminal
 * @name: file that the program works on
 * @begin: start of the work, in seconds of the monotonic clock
 * @shown: time when the bar was last drawn
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
 * Call it before output_open(): there SIGUSR1 would still end the program.
 */
void bar_init(struct bar *bar, const char *prog, bool quiet);

/**
 * bar_start() - call it when the work starts
 * @bar: the bar
 * @name: file that the program works on; kept until the work ends
 */
void bar_start(struct bar *bar, const char *name);

/**
 * bar_draw() - show progress
 * @bar: the bar
 * @done: bytes done so far
 * @total: total bytes; zero: not known
 *
 * The function draws at most once a second, and never in the first second. After
 * SIGUSR1 it prints the same as a line.
 */
void bar_draw(struct bar *bar, uint64_t done, uint64_t total);

/** bar_clear() - remove the bar; call it before printing anything else */
void bar_clear(struct bar *bar);

#endif /* BAR_H */
