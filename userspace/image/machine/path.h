/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: paths in an image that is not mounted.
 */
#ifndef IMAGE_PATH_H
#define IMAGE_PATH_H

#include "stargz/tree.h"

/**
 * path_find() - find a file, following symbolic links
 * @tree: the image; links do not lead out of it
 * @path: the path, from the root on
 * @st: filled in
 *
 * Return: 0 or a negative errno: -ENOENT, -ENOTDIR or -ELOOP.
 */
int path_find(struct stargz_opened *tree, const char *path,
	      struct stargz_stat *st);

#endif /* IMAGE_PATH_H */
