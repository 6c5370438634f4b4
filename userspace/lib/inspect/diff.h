/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Comparing the trees of two indexes.
 */
#ifndef SGZ_INSPECT_DIFF_H
#define SGZ_INSPECT_DIFF_H

#include "inspect/opened.h"

/**
 * struct sgz_treediff - what is compared
 * @a: one tree; its index was checked
 * @b: the other one
 * @threads: how many read content; zero: content is not compared
 * @found: called with each difference, in the order of the names: where it is
 *	('<' only in @a, '>' only in @b, '!' in both), the path, which may hold
 *	anything but NUL, and what it is
 * @data: handed to @found
 */
struct sgz_treediff {
	struct sgz_opened *a;
	struct sgz_opened *b;
	unsigned int threads;
	void (*found)(void *data, char where, const char *path,
		      const char *what);
	void *data;
};

/**
 * sgz_treediff_run() - compare names, attributes and content
 * @diff: what
 *
 * Return: 1 if there are differences, 0 if there are none, or a negative errno
 * with the error text set.
 */
int sgz_treediff_run(const struct sgz_treediff *diff);

#endif /* SGZ_INSPECT_DIFF_H */
