/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * An index in memory: its tables and its superblock.
 */
#ifndef SGZ_INDEX_INDEX_H
#define SGZ_INDEX_INDEX_H

#include <stdbool.h>

#include "base/memory.h"
#include "stargz_fs.h"

/**
 * struct sgz_index - an index
 * @table: records of each table, in on-disk form; the xattr heap is the
 *	pool's
 * @sb: the superblock
 * @from_content: as in struct sgz_toc; of an index that was made now
 * @codec: likewise, how its units are compressed
 * @content_end: likewise, end of the content in the blob
 * @opaque: what sgz_is_opaque() found of each set of extended attributes, by
 *	stargz_inode.xattr minus one; or NULL
 * @grafts: struct sgz_graft, by inode number. Until they are resolved by
 *	sgz_merge() or sgz_chain(), the index cannot be written
 */
struct sgz_index {
	struct sgz_vec table[STARGZ_TABLES];
	struct stargz_super_block sb;
	bool from_content;
	uint64_t content_end;
	uint8_t codec;
	uint8_t *opaque;
	struct sgz_vec grafts;
};

/**
 * struct sgz_graft - an inode that stands for one of a layer below
 * @ino: its number
 * @layer: the layer
 * @below: the inode's number there
 */
struct sgz_graft {
	uint32_t ino;
	uint32_t layer;
	uint32_t below;
};

/**
 * sgz_index_graft() - follow an inode to the layer that has its content
 * @index: an index
 * @layer: its number; set to that of the layer
 * @ino: inode number; set to that in the layer
 *
 * Return: whether there is such a layer; if not, nothing is set.
 */
bool sgz_index_graft(const struct sgz_index *index, uint32_t *layer,
		     uint32_t *ino);

/** sgz_index_free() - release */
void sgz_index_free(struct sgz_index *index);

#endif /* SGZ_INDEX_INDEX_H */
