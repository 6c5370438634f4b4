// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A line like those of dd(1), pv(1) and mksquashfs(1): bytes done, bytes in
 * total, speed, and remaining time.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bar.h"

/* Assumed width of a terminal of unknown width. */
#define COLUMNS		80
#define COLUMNS_MAX	512
/* Minimum and maximum width of the bar. */
#define BAR_MIN		10
#define BAR_MAX		50
/* Size of the buffer for the text beside the bar. */
#define TEXT_MAX	120

static volatile sig_atomic_t asked;

static void on_usr1(int sig)
{
	(void)sig;
	asked = 1;
}

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

void bar_init(struct bar *bar, const char *prog, bool quiet)
{
	struct sigaction action = {
		.sa_handler = on_usr1,
		.sa_flags = SA_RESTART,
	};

	*bar = (struct bar){
		.prog = prog,
		.terminal = !quiet && isatty(STDERR_FILENO),
	};
	sigaction(SIGUSR1, &action, NULL);
}

void bar_start(struct bar *bar, const char *name)
{
	bar->name = name;
	bar->begin = seconds_now();
	bar->shown = bar->begin;
}

static size_t columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return COLUMNS;
	return size.ws_col < COLUMNS_MAX ? size.ws_col : COLUMNS_MAX;
}

static const char *scale(double bytes, double *scaled)
{
	static const char *const units[] = {
		"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB",
	};
	size_t i = 0;

	for (; bytes >= 1000 && i + 1 < sizeof(units) / sizeof(units[0]); i++)
		bytes /= 1024;
	*scaled = bytes;
	return units[i];
}

/* Make "34% 1.2 GiB of 3.5 GiB, 45.0 MiB/s, 0:51 left". Returns its length. */
static int describe(char text[TEXT_MAX], const struct bar *bar, double now,
		    uint64_t done, uint64_t total)
{
	double spent = now - bar->begin, rate, left, n, of, r;
	const char *unit = scale(done, &n);
	int len = 0;

	rate = spent > 0 ? done / spent : 0;
	if (total)
		len = snprintf(text, TEXT_MAX, "%3.0f%% ",
			       100.0 * done / total);
	len += snprintf(text + len, TEXT_MAX - len, "%.1f %s", n, unit);
	if (total) {
		unit = scale(total, &of);
		len += snprintf(text + len, TEXT_MAX - len, " of %.1f %s", of,
				unit);
	}
	unit = scale(rate, &r);
	len += snprintf(text + len, TEXT_MAX - len, ", %.1f %s/s", r, unit);
	if (!total || rate < 1)
		return len;
	left = (total - done) / rate;
	if (left >= 100 * 3600)
		return len;
	if (left >= 3600)
		len += snprintf(text + len, TEXT_MAX - len, ", %d:%02d:%02d left",
				(int)left / 3600, (int)left / 60 % 60,
				(int)left % 60);
	else
		len += snprintf(text + len, TEXT_MAX - len, ", %d:%02d left",
				(int)left / 60, (int)left % 60);
	return len;
}

/* Draw the text, and the bar if there is room. The last column stays free. */
static void draw(struct bar *bar, const char *text, size_t len, double share)
{
	static const char full[] =
		"==================================================";
	size_t room = columns() - 1, width = 0;

	if (share >= 0 && room >= len + 3 + BAR_MIN) {
		width = room - len - 3;
		width = width < BAR_MAX ? width : BAR_MAX;
	}
	fputs("\r\033[K", stderr);
	if (width)
		fprintf(stderr, "[%.*s%*s] ", (int)(width * share), full,
			(int)(width - (size_t)(width * share)), "");
	fprintf(stderr, "%.*s", (int)room, text);
	bar->drawn = true;
}

void bar_draw(struct bar *bar, uint64_t done, uint64_t total)
{
	char text[TEXT_MAX];
	double now;
	int len;

	if (!bar->terminal && !asked)
		return;
	now = seconds_now();
	if (!asked && now < bar->shown + 1)
		return;
	if (total && done > total)
		done = total;
	len = describe(text, bar, now, done, total);
	if (asked) {
		asked = 0;
		bar_clear(bar);
		fprintf(stderr, "%s: %s: %s\n", bar->prog, bar->name, text);
	}
	if (!bar->terminal)
		return;
	bar->shown = now;
	draw(bar, text, len, total ? (double)done / total : -1);
}

void bar_clear(struct bar *bar)
{
	if (bar->drawn)
		fputs("\r\033[K", stderr);
	bar->drawn = false;
}
