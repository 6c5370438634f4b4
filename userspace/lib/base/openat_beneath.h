/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Opening paths below a directory, never through a symbolic link and never
 * out of it.
 */
#ifndef SGZ_BASE_OPENAT_BENEATH_H
#define SGZ_BASE_OPENAT_BENEATH_H

#include <stddef.h>

/**
 * sgz_beneath_open() - open a path below a directory
 * @root: the directory
 * @path: names between slashes, none of them "." or ".."; empty: @root itself
 * @len: bytes in @path
 * @flags: as for open(2); that it does not follow links goes without saying
 *
 * Return: a descriptor, or a negative errno.
 */
int sgz_beneath_open(int root, const char *path, size_t len, int flags);

#endif /* SGZ_BASE_OPENAT_BENEATH_H */
