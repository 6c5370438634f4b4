/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The layers below the layer of a new index, as one tree.
 */
#ifndef SGZ_INDEX_BELOW_H
#define SGZ_INDEX_BELOW_H

#include "index/tables.h"

/**
 * struct sgz_below - lower layers
 * @layers: the checked index of each layer, lowest first
 * @count: number of layers in the tree
 * @root: its root directory, or zero
 * @dirs: struct sgz_below_dir, by number minus one
 * @names: struct sgz_below_name
 * @slots: hash table by directory and name of indexes in @names plus one
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
 * struct sgz_below_dir - a directory, merged from one or more layers
 * @layer: the layer of its attributes: the topmost one with an entry for it, or
 *	the lowest one if no layer has an entry
 * @ino: its inode number there
 * @names: index of a name in it plus one, or zero
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
 * @dir: number of the directory, or zero if it is not a directory
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
 * @name_len: length in bytes
 * @dir: number of its directory
 * @next: index plus one of another name in the same directory, or zero
 * @found: file with the name; its mode is zero if the file was removed
 */
struct sgz_below_name {
	const char *name;
	uint8_t name_len;
	uint32_t dir;
	uint32_t next;
	struct sgz_below_found found;
};

/**
 * sgz_below_add() - merge the next layer, as overlayfs does
 * @below: the layers; @layers[@count] is the index to add
 * @ctx: the call
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_below_add(struct sgz_below *below, const struct sgz_context *ctx);

/** sgz_below_find() - look up a name in a directory; @found is filled in */
void sgz_below_find(const struct sgz_below *below, uint32_t dir,
		    const char *name, size_t len,
		    struct sgz_below_found *found);

/** sgz_below_dir() - the directory with number @dir */
static inline struct sgz_below_dir *sgz_below_dir(const struct sgz_below *below,
						  uint32_t dir)
{
	return (struct sgz_below_dir *)below->dirs.data + (dir - 1);
}

/** sgz_below_name() - the name with index @i */
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
