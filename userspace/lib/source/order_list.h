/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Lists of files that are to come first in a layer.
 */
#ifndef SGZ_SOURCE_ORDER_LIST_H
#define SGZ_SOURCE_ORDER_LIST_H

#include <stdbool.h>

#include "base/context.h"
#include "base/memory.h"

/**
 * struct sgz_priority_path - a file of the list
 * @path: its cleaned path
 * @len: bytes there
 * @optional: it is no error if the layer has no such file
 */
struct sgz_priority_path {
	const char *path;
	size_t len;
	bool optional;
};

/**
 * struct sgz_priority - the list
 * @paths: struct sgz_priority_path, in order
 * @strings: what they point to
 */
struct sgz_priority {
	struct sgz_vec paths;
	struct sgz_arena strings;
};

/**
 * sgz_priority_read() - read a list
 * @list: they are added; zeroed by the caller at first
 * @ctx: the call
 * @file: a path in each line. A line that begins with "{" is one of those that
 *	ctr-remote records: JSON with the path as "path". As these are about a
 *	whole index, such a file need not be in the layer.
 *
 * Return: 0, -EINVAL if a line is neither, or another negative errno; with the
 * error text set.
 */
int sgz_priority_read(struct sgz_priority *list, const struct sgz_context *ctx,
		      FILE *file);

/** sgz_priority_free() - release */
void sgz_priority_free(struct sgz_priority *list);

#endif /* SGZ_SOURCE_ORDER_LIST_H */
