/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Converting inodes of an index to paths, and paths to inodes.
 */
#ifndef SGZ_INDEX_LOOKUP_H
#define SGZ_INDEX_LOOKUP_H

#include "index/tables.h"

/* Maximum length of a path in bytes: few records can form very long paths. */
#define SGZ_PATH_LONGEST	65536

/**
 * struct sgz_inodepath - the first name of each inode
 * @index: an index that was checked
 * @dirent: number of the first directory entry of each inode plus one, or zero
 * @dir: inode number of the directory of that entry
 */
struct sgz_inodepath {
	const struct sgz_index *index;
	struct sgz_vec dirent;
	struct sgz_vec dir;
};

/**
 * sgz_inodepath_make() - find the first names
 * @names: filled in; initially zeroed
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
 * @names: the first names
 * @ino: number of the inode
 * @path: set to the path, without leading slash, empty for the root; the caller
 *	frees it
 * @len: set to its length in bytes; it may contain any byte except NUL
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
 * @path: names with slashes between them; the function does not follow symbolic
 *	links or interpret "." and ".."
 * @len: its length
 *
 * Return: the inode number, or 0.
 */
uint32_t sgz_find_path(const struct sgz_index *index, const char *path,
		       size_t len);

#endif /* SGZ_INDEX_LOOKUP_H */
