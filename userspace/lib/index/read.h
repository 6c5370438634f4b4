/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Reading an index back.
 */
#ifndef SGZ_INDEX_READ_H
#define SGZ_INDEX_READ_H

#include "blob/blob.h"
#include "index/tables.h"

/** sgz_is_index() - do these bytes begin a superblock? */
bool sgz_is_index(const void *bytes, size_t len);

/**
 * sgz_index_superblock() - read a superblock
 * @sb: filled
 * @ctx: the call
 * @file: what begins with it
 *
 * Its checksum, and that its tables lie in the index and nowhere twice, are
 * checked.
 *
 * Return: 0, -EINVAL if it is none or one that we do not know, -EUCLEAN if it
 * is damaged, or what reading gave; the error text is set.
 */
int sgz_index_superblock(struct stargz_super_block *sb,
			 const struct sgz_context *ctx,
			 const struct sgz_blob *file);

/** sgz_index_table() - read one table, once the superblock is there */
int sgz_index_table(struct sgz_index *index, const struct sgz_context *ctx,
		    const struct sgz_blob *file, enum stargz_table_id id);

/**
 * sgz_index_tables() - read superblock and tables, without looking at records
 * @index: filled; zeroed by the caller; sgz_index_free() releases it
 * @ctx: the call
 * @file: what begins with it
 *
 * Return: as sgz_index_superblock(), or -ENOMEM.
 */
int sgz_index_tables(struct sgz_index *index, const struct sgz_context *ctx,
		     const struct sgz_blob *file);

/**
 * sgz_index_read() - read a whole index into memory
 * @index: filled; zeroed by the caller; sgz_index_free() releases it
 * @ctx: the call
 * @file: what begins with it
 *
 * Everything has been checked by sgz_records_check() when this succeeds.
 *
 * Return: 0, -EINVAL if it is none or one that we do not know, -EUCLEAN if it
 * is damaged, -ENOMEM, or what reading gave; the error text is set.
 */
int sgz_index_read(struct sgz_index *index, const struct sgz_context *ctx,
		   const struct sgz_blob *file);

#endif /* SGZ_INDEX_READ_H */
