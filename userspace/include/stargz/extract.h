/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * libstargz: writing a tree to a directory.
 */
#ifndef STARGZ_EXTRACT_H
#define STARGZ_EXTRACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <stargz/check.h>
#include <stargz/open.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * struct stargz_extract_options - what is written
 * @struct_size: sizeof(struct stargz_extract_options)
 * @path: what of the tree, or NULL: all. If it is a directory, the directory
 *	that is written to becomes that.
 * @overwrite: replace what exists, but for directories
 * @fault: called with what could not be written, up to 1000 times; or NULL
 * @data: handed to @fault
 */
struct stargz_extract_options {
	size_t struct_size;
	const char *path;
	bool overwrite;
	stargz_fault_fn fault;
	void *data;
};

/**
 * stargz_extract() - write a tree to a directory
 * @opened: the tree
 * @dir: the directory, open for reading
 * @opt: what
 * @faults: set to how many things could not be written, also on failure; or
 *	NULL
 * @err: filled on failure
 *
 * Nothing is written through a symbolic link, nor outside of the directory, and
 * nothing into a file that existed before. Without the right to do so, neither
 * owners nor devices are made, nor attributes that only the superuser sets;
 * that is warned of.
 *
 * Return: 0, also with faults, or a negative errno: -ENOENT there is no such
 * path, else as stargz_read(), and what write(2) gives.
 */
int stargz_extract(struct stargz_opened *opened, int dir,
		   const struct stargz_extract_options *opt, uint64_t *faults,
		   struct stargz_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* STARGZ_EXTRACT_H */
