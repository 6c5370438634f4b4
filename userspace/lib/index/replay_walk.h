/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Where a path of a layer leads, at the moment when an entry is carried out.
 */
#ifndef SGZ_INDEX_REPLAY_WALK_H
#define SGZ_INDEX_REPLAY_WALK_H

#include "index/below.h"

/**
 * struct sgz_place - a directory that a walk is in
 * @node: its node, or %SGZ_NONE: it is only in the layers below
 * @opaque: the last entry that made it, or one above it, opaque
 * @below: number of the directory in its place below, or zero
 */
struct sgz_place {
	uint32_t node;
	uint32_t opaque;
	uint32_t below;
};

/**
 * struct sgz_walk - walks through a tree
 * @tree: the tree
 * @ctx: the call
 * @now: number of the entry that is carried out, from 1
 * @places: struct sgz_place, from the root to where the walk is
 * @rest: what is left of the path and of targets of links on the way, last
 *	first
 * @absolute: the path, or the target of a link on the way, is absolute
 * @joined: bytes of targets that were put together with what is behind them
 * @steps: names that were looked up behind symbolic links, in all walks
 */
struct sgz_walk {
	struct sgz_tree *tree;
	const struct sgz_context *ctx;
	uint32_t now;
	struct sgz_vec places;
	struct sgz_vec rest;
	bool absolute;
	uint64_t joined;
	uint64_t steps;
};

/**
 * enum sgz_walk_end - how a walk ended
 * @SGZ_WALK_DONE: it is in a directory, sgz_walk_place()
 * @SGZ_WALK_ABSENT: there is no such directory
 * @SGZ_WALK_NOT_DIR: what has one of the names is no directory
 * @SGZ_WALK_LOOP: too many symbolic links
 * @SGZ_WALK_LONG: a name is longer than 255 bytes
 */
enum sgz_walk_end {
	SGZ_WALK_DONE,
	SGZ_WALK_ABSENT,
	SGZ_WALK_NOT_DIR,
	SGZ_WALK_LOOP,
	SGZ_WALK_LONG,
};

/**
 * struct sgz_seen - what has a name in a directory
 * @node: its node, or %SGZ_NONE when it is only in the layers below, or
 *	nowhere
 * @gone: a node that is no longer there, in place of @node, or %SGZ_NONE
 * @below: without @node and @gone: what is below
 */
struct sgz_seen {
	uint32_t node;
	uint32_t gone;
	struct sgz_below_found below;
};

/**
 * sgz_walk_to() - go to a directory
 * @w: the walk; begins at the root
 * @path: its cleaned path. Symbolic links are followed, inside the root.
 * @len: bytes in it
 * @absolute: it began with a slash before it was cleaned
 * @make: make directories that are missing, and nodes for those that are only
 *	below
 *
 * Return: enum sgz_walk_end, or a negative errno with the error text set.
 */
int sgz_walk_to(struct sgz_walk *w, const char *path, size_t len,
		bool absolute, bool make);

/** sgz_walk_place() - where the walk is */
struct sgz_place *sgz_walk_place(const struct sgz_walk *w);

/**
 * sgz_walk_look() - look at a name in the directory where the walk is
 * @w: the walk
 * @name: bytes of the name
 * @len: how many
 * @seen: filled
 */
void sgz_walk_look(struct sgz_walk *w, const char *name, size_t len,
		   struct sgz_seen *seen);

/**
 * sgz_walk_put() - make a node in the directory where the walk is, which has
 * one itself
 * @w: the walk
 * @name: bytes of the name
 * @len: how many
 * @seen: what has the name so far
 * @node: set to the number of the new node
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_walk_put(struct sgz_walk *w, const char *name, size_t len,
		 const struct sgz_seen *seen, uint32_t *node);

/** sgz_walk_free() - release */
void sgz_walk_free(struct sgz_walk *w);

#endif /* SGZ_INDEX_REPLAY_WALK_H */
