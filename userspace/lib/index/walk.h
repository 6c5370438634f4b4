/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Walking the tree of an index, without recursion.
 */
#ifndef SGZ_INDEX_WALK_H
#define SGZ_INDEX_WALK_H

#include "index/tables.h"

/**
 * struct sgz_treewalk - state of a walk
 * @ctx: the call
 * @index: an index that was checked
 * @levels: private: the directories of the current path
 * @text: private: buffer of @path
 * @ino: current inode
 * @path: its path, without leading slash, empty for the root
 * @path_len: length of @path in bytes
 * @name: its name, the end of @path
 * @name_len: length of @name in bytes
 * @depth: number of directories between the start and the inode
 * @leaving: second visit of a directory, after its entries
 * @started: private: the start was visited
 * @skip: the caller sets it to skip the entries of the current directory
 */
struct sgz_treewalk {
	const struct sgz_context *ctx;
	const struct sgz_index *index;
	struct sgz_vec levels;
	struct sgz_vec text;
	uint32_t ino;
	const char *path;
	size_t path_len;
	const char *name;
	size_t name_len;
	size_t depth;
	bool leaving;
	bool started;
	bool skip;
};

/**
 * sgz_treewalk_open() - start a walk
 * @w: zeroed; must be closed, also after an error
 * @ctx: the call
 * @index: an index that was checked
 * @path: where to start
 * @len: length of @path in bytes
 *
 * Return: 0, -ENOENT if there is no such path, -ENOMEM; with the error text
 * set.
 */
int sgz_treewalk_open(struct sgz_treewalk *w, const struct sgz_context *ctx,
		      const struct sgz_index *index, const char *path,
		      size_t len);

/**
 * sgz_treewalk_next() - go to the next inode
 * @w: the walk
 *
 * The walk visits a directory before its entries, which are in the order of
 * their names, and again, with @w->leaving, after them. It fails if a path is
 * longer than SGZ_PATH_LONGEST.
 *
 * Return: 1, 0 at the end, or a negative errno with the error text set.
 */
int sgz_treewalk_next(struct sgz_treewalk *w);

/** sgz_treewalk_close() - release */
void sgz_treewalk_close(struct sgz_treewalk *w);

#endif /* SGZ_INDEX_WALK_H */
