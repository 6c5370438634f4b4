/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * libstargz: a tree as text, see stargz-dump(5). stargz_make() reads it.
 */
#ifndef STARGZ_DUMP_H
#define STARGZ_DUMP_H

#include <stdio.h>

#include <stargz/open.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * stargz_dump_write() - write a tree as text
 * @opened: the tree
 * @threads: number of threads that read content, for its digests; zero: one
 * @to: destination; the caller checks for write errors with ferror(3)
 * @err: filled in on failure
 *
 * Return: 0, or a negative errno as from stargz_read().
 */
int stargz_dump_write(struct stargz_opened *opened, unsigned int threads,
		      FILE *to, struct stargz_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* STARGZ_DUMP_H */
