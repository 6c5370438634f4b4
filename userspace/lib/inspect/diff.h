/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Comparing the trees of two indexes.
 */
#ifndef SGZ_INSPECT_DIFF_H
#define SGZ_INSPECT_DIFF_H

#include "inspect/opened.h"

/**
 * struct sgz_treediff - a comparison of two trees
 * @a: first tree; its index was checked
 * @b: second tree, likewise
 * @threads: number of threads that read content; zero: do not compare content
 * @found: called for each difference, as stargz_difference_fn
 * @data: passed to @found
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
 * @diff: the comparison
 *
 * Return: 1 if there are differences, 0 if there are none, or a negative errno
 * with the error text set.
 */
int sgz_treediff_run(const struct sgz_treediff *diff);

#endif /* SGZ_INSPECT_DIFF_H */
