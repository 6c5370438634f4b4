/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * From an inode of an index to its path, and back.
 */
#ifndef SGZ_INDEX_LOOKUP_H
#define SGZ_INDEX_LOOKUP_H

#include "index/tables.h"

/* Longer paths are not made: a few records can describe very long ones. */
#define SGZ_PATH_LONGEST	65536

/**
 * struct sgz_inodepath - the first name of each inode
 * @index: an index that was checked
 * @dirent: for each inode one plus the number of its first directory entry
 * @dir: for each inode the directory of that entry
 */
struct sgz_inodepath {
	const struct sgz_index *index;
	struct sgz_vec dirent;
	struct sgz_vec dir;
};

/**
 * sgz_inodepath_make() - find the first names
 * @names: filled; zeroed by the caller
 * @ctx: the call
 * @index: an index that was checked
 *
 * Return: 0, or -ENOMEM with the error text set.
 */
int sgz_inodepath_make(struct sgz_inodepath *names,
		       const struct sgz_context *ctx,
		       const struct sgz_index *index);

/**
 * sgz_inodepath_get() - path of an inode
 * @names: they
 * @ino: its number
 * @path: set to the path, without a slash at its start, for the caller to
 *	release; that of the root is empty
 * @len: bytes in @path, which may hold anything but NUL
 *
 * Return: 0, -ENOENT if it has no name, -ENAMETOOLONG or -ENOMEM.
 */
int sgz_inodepath_get(const struct sgz_inodepath *names, uint32_t ino,
		      char **path, size_t *len);

/** sgz_inodepath_quoted() - the path of an inode for a message */
struct sgz_quoted sgz_inodepath_quoted(const struct sgz_inodepath *names,
				       uint32_t ino);

/** sgz_inodepath_free() - release */
void sgz_inodepath_free(struct sgz_inodepath *names);

/**
 * sgz_find_name() - look up a name in a directory
 * @index: an index that was checked
 * @dir: inode number of the directory
 * @name: the name
 * @len: its length
 *
 * Return: the inode number, or 0.
 */
uint32_t sgz_find_name(const struct sgz_index *index, uint32_t dir,
		       const char *name, size_t len);

/**
 * sgz_find_path() - look up a path
 * @index: an index that was checked
 * @path: names between slashes; symbolic links are not followed, "." and ".."
 *	are no names
 * @len: its length
 *
 * Return: the inode number, or 0.
 */
uint32_t sgz_find_path(const struct sgz_index *index, const char *path,
		       size_t len);

#endif /* SGZ_INDEX_LOOKUP_H */
