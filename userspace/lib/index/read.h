/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Reading an index.
 */
#ifndef SGZ_INDEX_READ_H
#define SGZ_INDEX_READ_H

#include "blob/blob.h"
#include "index/tables.h"

/** sgz_is_index() - do the bytes start with the magic of a superblock? */
bool sgz_is_index(const void *bytes, size_t len);

/**
 * sgz_index_superblock() - read the first block of an index
 * @index: its superblock and the digest of the block are filled in, no tables
 * @ctx: the call
 * @file: the index
 *
 * The call checks the block alone. Whether the rest matches the hash tree is not
 * known.
 *
 * Return: as sgz_index_tables().
 */
int sgz_index_superblock(struct sgz_index *index, const struct sgz_context *ctx,
			 const struct sgz_blob *file);

/**
 * sgz_index_tables() - read an index, without checking records
 * @index: filled in; initially zeroed; must be released with sgz_index_free()
 * @ctx: the call
 * @file: the index
 *
 * The call checks that the tables are within the index and do not overlap, and
 * that all bytes of the index match the hash tree.
 *
 * Return: 0, -EINVAL if @file is not an index or of an unknown version,
 * -EUCLEAN if it is damaged, -ENOMEM, or an errno of reading; with the error
 * text set.
 */
int sgz_index_tables(struct sgz_index *index, const struct sgz_context *ctx,
		     const struct sgz_blob *file);

/**
 * sgz_index_read() - read a whole index into memory
 * @index: filled in; initially zeroed; must be released with sgz_index_free()
 * @ctx: the call
 * @file: the index
 *
 * The call checks all records with sgz_records_check().
 *
 * Return: as sgz_index_tables().
 */
int sgz_index_read(struct sgz_index *index, const struct sgz_context *ctx,
		   const struct sgz_blob *file);

#endif /* SGZ_INDEX_READ_H */
