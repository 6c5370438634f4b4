/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Lists of files: those that come first in a layer, or that a workload reads.
 */
#ifndef SGZ_BASE_PATH_LIST_H
#define SGZ_BASE_PATH_LIST_H

#include <stdbool.h>

#include "base/context.h"
#include "base/memory.h"

/**
 * struct sgz_listed_path - a file of the list
 * @path: its cleaned path
 * @len: length of @path in bytes
 * @line: number of its line, from one
 * @optional: the layer need not have the file
 */
struct sgz_listed_path {
	const char *path;
	size_t len;
	size_t line;
	bool optional;
};

/**
 * struct sgz_path_list - the list
 * @paths: struct sgz_listed_path, in order
 * @strings: memory for their paths
 */
struct sgz_path_list {
	struct sgz_vec paths;
	struct sgz_arena strings;
};

/**
 * sgz_path_list_read() - read a list
 * @list: the paths are added here; initially zeroed
 * @ctx: the call
 * @file: a path in each line. A line that starts with "{" is a record of
 *	ctr-remote, a JSON object with "path". Such records are about all layers
 *	of an image, so the file need not be in this layer.
 *
 * Return: 0, -EINVAL if a line is invalid, or another negative errno; with the
 * error text set.
 */
int sgz_path_list_read(struct sgz_path_list *list,
		       const struct sgz_context *ctx, FILE *file);

/** sgz_path_list_free() - release */
void sgz_path_list_free(struct sgz_path_list *list);

#endif /* SGZ_BASE_PATH_LIST_H */
