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
 * @table: records of each table, in on-disk form
 * @sb: the superblock
 * @tree: bytes of the hash tree, once the index is sealed
 * @sha256: SHA-256 of the first block, once the index is sealed or read
 * @from_content: as in struct sgz_toc; only in a new index
 * @codec: likewise, compression of its units
 * @content_end: likewise, end of the content in the blob
 * @opaque: results of sgz_is_opaque() by stargz_inode.xattr minus one, see
 *	sgz_opaque_memo(); or NULL
 * @undigested: uint8_t: for each span, whether its digests must still be
 *	computed; empty if the index gets none
 * @grafts: struct sgz_graft, by inode number. The index can be written only
 *	after sgz_merge() or sgz_chain() has resolved them.
 */
struct sgz_index {
	struct sgz_vec table[STARGZ_TABLES];
	struct stargz_super_block sb;
	struct sgz_vec tree;
	uint8_t sha256[STARGZ_HASH_SIZE];
	bool from_content;
	uint64_t content_end;
	uint8_t codec;
	uint8_t *opaque;
	struct sgz_vec undigested;
	struct sgz_vec grafts;
};

/**
 * struct sgz_graft - an inode that refers to an inode of a layer below
 * @ino: number of the inode
 * @layer: the layer
 * @below: number of the inode in the layer
 */
struct sgz_graft {
	uint32_t ino;
	uint32_t layer;
	uint32_t below;
};

/**
 * sgz_index_graft() - resolve an inode that refers to a layer below
 * @index: an index
 * @layer: set to the number of the layer
 * @ino: inode number; set to the inode number in the layer
 *
 * Return: true if the inode is a graft; else both stay unchanged.
 */
bool sgz_index_graft(const struct sgz_index *index, uint32_t *layer,
		     uint32_t *ino);

/** sgz_index_free() - release */
void sgz_index_free(struct sgz_index *index);

#endif /* SGZ_INDEX_INDEX_H */
