/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The layers below the one that an index is made of, as one tree.
 */
#ifndef SGZ_INDEX_BELOW_H
#define SGZ_INDEX_BELOW_H

#include "index/tables.h"

/**
 * struct sgz_below - lower layers
 * @layers: the index of each, lowest first, checked
 * @count: how many
 * @parts: struct sgz_below_part of the directories that were looked at
 */
struct sgz_below {
	const struct sgz_index *layers;
	size_t count;
	struct sgz_vec parts;
};

/** struct sgz_below_part - a directory of one layer */
struct sgz_below_part {
	uint32_t layer;
	uint32_t ino;
};

/**
 * struct sgz_below_found - what has a name below
 * @mode: type and permissions, or zero if there is nothing
 * @layer: the layer that it is in, the topmost one of a directory
 * @ino: its inode number there
 * @dir: of a directory: its parts
 */
struct sgz_below_found {
	uint16_t mode;
	uint32_t layer;
	uint32_t ino;
	struct sgz_below_dir dir;
};

/**
 * sgz_below_root() - the root directory
 * @below: the layers
 * @ctx: the call
 * @found: filled
 *
 * Return: 0, or -ENOMEM with the error text set.
 */
int sgz_below_root(struct sgz_below *below, const struct sgz_context *ctx,
		   struct sgz_below_found *found);

/**
 * sgz_below_find() - look a name up, as overlayfs does
 * @below: the layers
 * @ctx: the call
 * @dir: the directory
 * @name: bytes of the name
 * @len: how many
 * @found: filled
 *
 * Return: 0, or -ENOMEM with the error text set.
 */
int sgz_below_find(struct sgz_below *below, const struct sgz_context *ctx,
		   struct sgz_below_dir dir, const char *name, size_t len,
		   struct sgz_below_found *found);

/**
 * sgz_below_attributes() - which part a directory has its attributes from
 * @below: the layers
 * @dir: the directory, which has parts
 *
 * Return: the topmost one that an entry made; the last one if none did.
 */
const struct sgz_below_part *
sgz_below_attributes(const struct sgz_below *below, struct sgz_below_dir dir);

/** sgz_below_inode() - record of an inode of a layer below */
const struct stargz_inode *sgz_below_inode(const struct sgz_below *below,
					   uint32_t layer, uint32_t ino);

/** sgz_below_free() - release all but the layers */
void sgz_below_free(struct sgz_below *below);

#endif /* SGZ_INDEX_BELOW_H */
