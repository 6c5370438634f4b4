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
 * struct stargz_extract_options - options of stargz_extract()
 * @struct_size: sizeof(struct stargz_extract_options)
 * @path: part of the tree to extract, or NULL: all of it. If @path is a
 *	directory, its entries go directly into the destination, which also
 *	gets its attributes.
 * @overwrite: replace existing files, except directories
 * @fault: called for each file that could not be written, at most 1000 times;
 *	or NULL
 * @data: passed to @fault
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
 * @dir: destination, a directory open for reading
 * @opt: the options
 * @faults: set to the number of faults, also on failure; or NULL
 * @err: filled in on failure
 *
 * The call never follows a symbolic link, never leaves @dir, and never writes
 * into a file that existed before. A caller without privileges gets a warning
 * in place of owners, devices and the attributes that only the superuser may
 * set.
 *
 * Return: 0, also with faults, or a negative errno: -ENOENT if @opt->path does
 * not exist, else as from stargz_read(), or an errno of write(2).
 */
int stargz_extract(struct stargz_opened *opened, int dir,
		   const struct stargz_extract_options *opt, uint64_t *faults,
		   struct stargz_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* STARGZ_EXTRACT_H */
