/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * libstargz: comparing the trees of two layers, indexes or device images.
 */
#ifndef STARGZ_COMPARE_H
#define STARGZ_COMPARE_H

#include <stddef.h>

#include <stargz/open.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * typedef stargz_difference_fn - callback for a difference
 * @data: @data of the options
 * @where: '<' only in the first tree, '>' only in the second, '!' in both
 * @path: the path, any bytes except NUL; valid during the call
 * @what: the attributes that differ, in one line; empty if @where is '<' or
 *	'>'; valid during the call
 */
typedef void (*stargz_difference_fn)(void *data, char where, const char *path,
				     const char *what);

/**
 * struct stargz_compare_options - options of stargz_compare()
 * @struct_size: sizeof(struct stargz_compare_options)
 * @threads: number of threads that read content; zero: do not compare content
 * @found: called for each difference, in the order of the names; or NULL
 * @data: passed to @found
 */
struct stargz_compare_options {
	size_t struct_size;
	unsigned int threads;
	stargz_difference_fn found;
	void *data;
};

/**
 * stargz_compare() - compare names, attributes and content
 * @a: first tree
 * @b: second tree; must be another handle
 * @opt: the options
 * @err: filled in on failure
 *
 * Return: 1 if there are differences, 0 if there are none, or a negative errno
 * as from stargz_read().
 */
int stargz_compare(struct stargz_opened *a, struct stargz_opened *b,
		   const struct stargz_compare_options *opt,
		   struct stargz_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* STARGZ_COMPARE_H */
