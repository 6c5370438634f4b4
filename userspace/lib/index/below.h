/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The layers below the layer of a new index, as one tree.
 */
#ifndef SGZ_INDEX_BELOW_H
#define SGZ_INDEX_BELOW_H

#include "index/tables.h"

/**
 * struct sgz_below - lower layers
 * @layers: the index of each, lowest first, checked
 * @count: how many of them are in the tree
 * @root: its root directory, or zero
 * @dirs: struct sgz_below_dir, by the number of the directory minus one
 * @names: struct sgz_below_name
 * @slots: hash table of their numbers plus one, by directory and name
 */
struct sgz_below {
	const struct sgz_index *layers;
	size_t count;
	uint32_t root;
	struct sgz_vec dirs;
	struct sgz_vec names;
	struct sgz_vec slots;
};

/**
 * struct sgz_below_dir - a directory, which may be one of several layers
 * @layer: the layer that it has its attributes from: the topmost one where an
 *	entry made it, the lowest one if none did
 * @ino: its inode number there
 * @names: one plus the number of a name in it, or zero
 */
struct sgz_below_dir {
	uint32_t layer;
	uint32_t ino;
	uint32_t names;
};

/**
 * struct sgz_below_found - result of a lookup in the layers below
 * @mode: type and permissions, or zero if the name does not exist
 * @layer: its layer, the topmost one for a directory
 * @ino: its inode number there
 * @dir: number of the directory, or zero if it is none
 */
struct sgz_below_found {
	uint16_t mode;
	uint32_t layer;
	uint32_t ino;
	uint32_t dir;
};

/**
 * struct sgz_below_name - a name
 * @name: its bytes
 * @name_len: how many
 * @dir: number of the directory that it is in
 * @next: one plus the number of another name in it, or zero
 * @found: what has the name, if anything has
 */
struct sgz_below_name {
	const char *name;
	uint8_t name_len;
	uint32_t dir;
	uint32_t next;
	struct sgz_below_found found;
};

/**
 * sgz_below_add() - put the next layer on top, as overlayfs does
 * @below: the layers; @layers[@count] has its index by now
 * @ctx: the call
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_below_add(struct sgz_below *below, const struct sgz_context *ctx);

/** sgz_below_find() - look a name up; @found is filled */
void sgz_below_find(const struct sgz_below *below, uint32_t dir,
		    const char *name, size_t len,
		    struct sgz_below_found *found);

/** sgz_below_dir() - directory by its number */
static inline struct sgz_below_dir *sgz_below_dir(const struct sgz_below *below,
						  uint32_t dir)
{
	return (struct sgz_below_dir *)below->dirs.data + (dir - 1);
}

/** sgz_below_name() - name by its number */
static inline struct sgz_below_name *
sgz_below_name(const struct sgz_below *below, uint32_t i)
{
	return (struct sgz_below_name *)below->names.data + i;
}

/** sgz_below_inode() - record of an inode of a layer below */
const struct stargz_inode *sgz_below_inode(const struct sgz_below *below,
					   uint32_t layer, uint32_t ino);

/** sgz_below_free() - release everything except the layers */
void sgz_below_free(struct sgz_below *below);

#endif /* SGZ_INDEX_BELOW_H */
