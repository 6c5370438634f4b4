/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Opening paths below a directory, without following symbolic links and without
 * leaving the directory.
 */
#ifndef SGZ_BASE_OPENAT_BENEATH_H
#define SGZ_BASE_OPENAT_BENEATH_H

#include <stddef.h>

/**
 * sgz_beneath_open() - open a path below a directory
 * @root: the directory
 * @path: names separated by slashes, none of them "." or ".."; empty: @root
 * @len: length of @path in bytes
 * @flags: as for open(2); symbolic links are never followed
 *
 * Return: a descriptor, or a negative errno.
 */
int sgz_beneath_open(int root, const char *path, size_t len, int flags);

#endif /* SGZ_BASE_OPENAT_BENEATH_H */
