/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Holes in files of the host.
 */
#ifndef SGZ_SOURCE_FROM_DIR_HOLES_H
#define SGZ_SOURCE_FROM_DIR_HOLES_H

#include <sys/stat.h>

#include "base/context.h"
#include "base/memory.h"

/**
 * sgz_file_runs() - find the data segments of a file
 * @runs: struct sgz_tar_run; earlier content is overwritten
 * @ctx: the call
 * @fd: a regular file, open for reading; its offset is changed
 * @st: its attributes
 *
 * Return: 1; 0 if the file has no holes or more segments than a tar may have,
 * or if the file system does not support SEEK_DATA; or -ENOMEM with the error
 * text set.
 */
int sgz_file_runs(struct sgz_vec *runs, const struct sgz_context *ctx, int fd,
		  const struct stat *st);

#endif /* SGZ_SOURCE_FROM_DIR_HOLES_H */
