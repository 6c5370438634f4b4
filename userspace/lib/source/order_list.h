/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Lists of files that come first in a layer.
 */
#ifndef SGZ_SOURCE_ORDER_LIST_H
#define SGZ_SOURCE_ORDER_LIST_H

#include <stdbool.h>

#include "base/context.h"
#include "base/memory.h"

/**
 * struct sgz_priority_path - a file of the list
 * @path: its cleaned path
 * @len: length of @path in bytes
 * @optional: the layer need not have the file
 */
struct sgz_priority_path {
	const char *path;
	size_t len;
	bool optional;
};

/**
 * struct sgz_priority - the list
 * @paths: struct sgz_priority_path, in order
 * @strings: memory for their paths
 */
struct sgz_priority {
	struct sgz_vec paths;
	struct sgz_arena strings;
};

/**
 * sgz_priority_read() - read a list
 * @list: the paths are added here; initially zeroed
 * @ctx: the call
 * @file: a path in each line. A line that starts with "{" is a record of
 *	ctr-remote, a JSON object with "path". Such records are about all layers
 *	of an image, so the file need not be in this layer.
 *
 * Return: 0, -EINVAL if a line is invalid, or another negative errno; with the
 * error text set.
 */
int sgz_priority_read(struct sgz_priority *list, const struct sgz_context *ctx,
		      FILE *file);

/** sgz_priority_free() - release */
void sgz_priority_free(struct sgz_priority *list);

#endif /* SGZ_SOURCE_ORDER_LIST_H */
