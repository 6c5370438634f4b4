/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Entries of the type of files with names of directories.
 */
#ifndef SGZ_FORMAT_OLD_DIR_H
#define SGZ_FORMAT_OLD_DIR_H

#include "toc/toc.h"

/**
 * sgz_old_directories() - make directories of those that have something in them
 * @toc: all entries of a tar
 * @ctx: the call
 * @which: numbers of the entries, uint32_t; they are regular files so far
 *
 * Return: 0, or -ENOMEM.
 */
int sgz_old_directories(struct sgz_toc *toc, const struct sgz_context *ctx,
			const struct sgz_vec *which);

#endif /* SGZ_FORMAT_OLD_DIR_H */
