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
 * sgz_file_runs() - find what is stored of a file
 * @runs: struct sgz_tar_run; what was there is lost
 * @ctx: the call
 * @fd: a regular file, open for reading; its position is moved
 * @st: its attributes
 *
 * Return: 1, or 0 if the file has no holes, or more runs than a tar may have, or if
 * its file system does not tell; or -ENOMEM with the error text set.
 */
int sgz_file_runs(struct sgz_vec *runs, const struct sgz_context *ctx, int fd,
		  const struct stat *st);

#endif /* SGZ_SOURCE_FROM_DIR_HOLES_H */
