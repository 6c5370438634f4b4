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
 * typedef stargz_difference_fn - is called with a difference
 * @data: as given in the options
 * @where: '<' only in the first tree, '>' only in the second, '!' in both
 * @path: the path, any bytes but NUL; valid during the call
 * @what: what differs, one line; empty if the name is all; valid during the
 *	call
 */
typedef void (*stargz_difference_fn)(void *data, char where, const char *path,
				     const char *what);

/**
 * struct stargz_compare_options - how two trees are compared
 * @struct_size: sizeof(struct stargz_compare_options)
 * @threads: how many read content; zero: content is not compared
 * @found: called with each difference, in the order of the names; or NULL
 * @data: handed to @found
 */
struct stargz_compare_options {
	size_t struct_size;
	unsigned int threads;
	stargz_difference_fn found;
	void *data;
};

/**
 * stargz_compare() - compare names, attributes and content
 * @a: one tree
 * @b: the other; another handle
 * @opt: how
 * @err: filled on failure
 *
 * Return: 1 if there are differences, 0 if there are none, or a negative errno
 * as stargz_read().
 */
int stargz_compare(struct stargz_opened *a, struct stargz_opened *b,
		   const struct stargz_compare_options *opt,
		   struct stargz_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* STARGZ_COMPARE_H */
