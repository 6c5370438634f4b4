/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Entries with the type of a file and the name of a directory.
 */
#ifndef SGZ_FORMAT_OLD_DIR_H
#define SGZ_FORMAT_OLD_DIR_H

#include "toc/toc.h"

/**
 * sgz_old_directories() - change such entries to directories
 * @toc: all entries of a tar
 * @ctx: the call
 * @which: uint32_t: numbers of such entries, now regular files; those with
 *	entries below them become directories
 *
 * Return: 0, or -ENOMEM.
 */
int sgz_old_directories(struct sgz_toc *toc, const struct sgz_context *ctx,
			const struct sgz_vec *which);

#endif /* SGZ_FORMAT_OLD_DIR_H */
