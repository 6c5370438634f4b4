/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Walking the tree of an index, without recursion.
 */
#ifndef SGZ_INDEX_WALK_H
#define SGZ_INDEX_WALK_H

#include "index/tables.h"

/**
 * struct sgz_treewalk - where a walk is
 * @ctx: the call
 * @index: an index that was checked
 * @levels: the directories on the way, for the walk itself
 * @text: @path with what follows it, for the walk itself
 * @ino: inode at hand
 * @path: its path, without a slash at its start; empty for the root
 * @path_len: bytes there
 * @name: its name, the end of @path
 * @name_len: bytes there
 * @depth: how many directories it is below the start
 * @leaving: it is a directory all of whose entries have been visited
 * @started: the start was visited
 * @skip: set by the caller to keep out of the directory just entered
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
 * sgz_treewalk_open() - begin to walk
 * @w: zeroed; to be closed whatever happens
 * @ctx: the call
 * @index: an index that was checked
 * @path: where to begin
 * @len: bytes in @path
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
 * A directory comes before its entries, which are in the order of their names,
 * and again, @w->leaving, behind them. What the path is longer than
 * SGZ_PATH_LONGEST of fails.
 *
 * Return: 1, 0 at the end, or a negative errno with the error text set.
 */
int sgz_treewalk_next(struct sgz_treewalk *w);

/** sgz_treewalk_close() - release */
void sgz_treewalk_close(struct sgz_treewalk *w);

#endif /* SGZ_INDEX_WALK_H */
