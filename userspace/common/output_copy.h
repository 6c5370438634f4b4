/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing a complete result into a file that must keep its inode.
 */
#ifndef OUTPUT_COPY_H
#define OUTPUT_COPY_H

#include <sys/stat.h>

/**
 * output_copy() - replace the content of a file
 * @from: descriptor of the complete result, open for reading
 * @dir: descriptor of the folder of the file
 * @name: its name in @dir
 * @old: the expected file
 *
 * The content is on stable storage when this returns. A crash before that
 * leaves a part of it.
 *
 * Return: 0, or -1 with errno set: ESTALE if the name now refers to another
 * file.
 */
int output_copy(int from, int dir, const char *name, const struct stat *old);

#endif /* OUTPUT_COPY_H */
