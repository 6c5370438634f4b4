/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Resolving paths of a layer at the time when an entry is applied.
 */
#ifndef SGZ_INDEX_REPLAY_WALK_H
#define SGZ_INDEX_REPLAY_WALK_H

#include "index/below.h"

/**
 * struct sgz_place - a directory of a walk
 * @node: its node, or %SGZ_NONE: it is only in the layers below
 * @opaque: the last entry that made it or a parent opaque, from 1
 * @below: the directory in the layers below, or zero
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
 * @now: number of the current entry, from 1
 * @places: struct sgz_place, from the root to the current directory
 * @rest: unresolved rest of the path and of targets of links, last first
 * @absolute: the path, or the target of a link in it, is absolute
 * @joined: bytes of targets that were joined with the rest of a path
 * @steps: number of names that were looked up after symbolic links, in all
 *	walks
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
 * enum sgz_walk_end - result of a walk
 * @SGZ_WALK_DONE: it is in the directory sgz_walk_place()
 * @SGZ_WALK_ABSENT: there is no such directory
 * @SGZ_WALK_NOT_DIR: a name in the path is not that of a directory
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
 * struct sgz_seen - result of a lookup in a directory
 * @node: the node, or %SGZ_NONE: the name is only in the layers below, or does
 *	not exist
 * @gone: a removed node with this name if there is no @node, or %SGZ_NONE
 * @below: result in the layers below if there is neither @node nor @gone
 */
struct sgz_seen {
	uint32_t node;
	uint32_t gone;
	struct sgz_below_found below;
};

/**
 * sgz_walk_to() - go to a directory
 * @w: the walk; starts at the root
 * @path: its cleaned path; the call follows symbolic links inside the root
 * @len: its length in bytes
 * @absolute: the path started with a slash before it was cleaned
 * @make: create missing directories, and nodes for those that are only below
 *
 * Return: enum sgz_walk_end, or a negative errno with the error text set.
 */
int sgz_walk_to(struct sgz_walk *w, const char *path, size_t len,
		bool absolute, bool make);

/** sgz_walk_place() - the directory of the walk */
struct sgz_place *sgz_walk_place(const struct sgz_walk *w);

/**
 * sgz_walk_look() - look up a name in the directory of the walk
 * @w: the walk
 * @name: the name
 * @len: its length in bytes
 * @seen: filled in
 */
void sgz_walk_look(struct sgz_walk *w, const char *name, size_t len,
		   struct sgz_seen *seen);

/**
 * sgz_walk_put() - create a node in the directory of the walk
 * @w: the walk; its directory must have a node
 * @name: the name
 * @len: its length in bytes
 * @seen: result of sgz_walk_look() for the name
 * @node: set to the number of the new node
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_walk_put(struct sgz_walk *w, const char *name, size_t len,
		 const struct sgz_seen *seen, uint32_t *node);

/** sgz_walk_free() - release */
void sgz_walk_free(struct sgz_walk *w);

#endif /* SGZ_INDEX_REPLAY_WALK_H */
