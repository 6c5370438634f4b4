/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The validity rules of an index, as functions that the kernel and userspace
 * share. See record.c.
 */
#ifndef STARGZ_RECORD_H
#define STARGZ_RECORD_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include "base/kernel-compat.h"
#endif

#include "stargz_fs.h"

/**
 * struct stargz_table_info - bounds of a table, checked
 * @offset: bytes from the start of the index
 * @count: number of records
 */
struct stargz_table_info {
	u64 offset;
	u64 count;
};

/**
 * struct stargz_tree_shape - the position of the levels of a hash tree
 * @leaves: number of hashed blocks, which start at block 1 of the index
 * @levels: number of levels; 0 if there is one leaf, whose hash is the root
 * @level: first block of each level in the index, the lowest level first
 * @end: block after the tree
 */
struct stargz_tree_shape {
	u64 leaves;
	unsigned int levels;
	u64 level[STARGZ_TREE_LEVELS];
	u64 end;
};

/**
 * struct stargz_super_info - decoded and checked superblock
 * @table: every table lies between the superblock and the hash tree and
 *	overlaps no other table
 * @index_size: size of the index, bytes
 * @data_bytes: sum of the sizes of all regular files, bytes
 * @max_span: largest decoded size of a compressed span, bytes
 * @compat: STARGZ_COMPAT_* bits
 * @features: STARGZ_INCOMPAT_* bits, not checked by stargz_super_check()
 * @uuid: identity of the tree
 * @tree: the hash tree
 * @root: its root hash
 */
struct stargz_super_info {
	struct stargz_table_info table[STARGZ_TABLES];
	u64 index_size;
	u64 data_bytes;
	u32 max_span;
	u32 compat;
	u32 features;
	u8 uuid[16];
	struct stargz_tree_shape tree;
	u8 root[STARGZ_HASH_SIZE];
};

/* Number of CRCs, and of digests, of a span of @ulen decoded bytes. */
static inline u32 stargz_span_pieces(u32 ulen)
{
	return ((u64)ulen + STARGZ_PIECE_SIZE - 1) / STARGZ_PIECE_SIZE;
}

static inline u32 stargz_span_digests(u32 ulen)
{
	return ((u64)ulen + STARGZ_DIGEST_SIZE - 1) / STARGZ_DIGEST_SIZE;
}

/**
 * stargz_span_clen_max() - limit of the compressed bytes of a span
 * @ulen: decoded bytes of the span
 *
 * %STARGZ_SPAN_SLACK explains the limit.
 *
 * Return: the maximum of &struct stargz_span.clen, unless the span is stored.
 */
static inline u64 stargz_span_clen_max(u32 ulen)
{
	return (u64)ulen + ulen / 8 + STARGZ_SPAN_SLACK;
}

/**
 * stargz_deflate_ulen_max() - maximum decoded size of deflate data
 * @clen: compressed bytes
 *
 * One byte decodes to at most 1032 bytes, because two bits can encode 258
 * bytes. The constant covers codes of a single symbol, which take one bit, in a
 * short stream.
 *
 * Return: bytes.
 */
static inline u64 stargz_deflate_ulen_max(u32 clen)
{
	return (u64)clen * 1032 + 1024;
}

size_t stargz_record_size(enum stargz_table_id id);
bool stargz_tree_shape(u64 offset, struct stargz_tree_shape *shape);
const char *stargz_super_check(const void *block, u64 source_size,
			       struct stargz_super_info *super, int *err);
bool stargz_in_table(const struct stargz_super_info *super,
		     enum stargz_table_id id, u64 first, u64 count);
const char *stargz_check_inode(const struct stargz_super_info *super, u32 ino,
			       const struct stargz_inode *raw);
const char *stargz_check_dirent(const struct stargz_super_info *super,
				const struct stargz_dirent *raw);
const char *stargz_check_name(const char *name, size_t len);
const char *stargz_check_child(u32 dir, u8 type, u32 ino, u16 mode,
			       u32 parent);
const char *stargz_check_target(const char *target, size_t len);
const char *stargz_check_span(const struct stargz_super_info *super, u64 used,
			      const struct stargz_span *raw);
const char *stargz_check_digests(const struct stargz_super_info *super,
				 const struct stargz_span *raw, u32 start);
const char *stargz_check_extent(const struct stargz_extent *raw, u64 pos,
				u64 end, u64 size);
const char *stargz_check_content(const struct stargz_span *raw, u32 offset,
				 u64 len);
const char *stargz_check_history(const struct stargz_super_info *super,
				 const struct stargz_history *raw);
const char *stargz_check_blob_record(const struct stargz_blob *raw);
const char *stargz_check_xattr_set(const struct stargz_super_info *super,
				   u64 offset,
				   const struct stargz_xattr_set *raw);
const char *stargz_check_xattr(const struct stargz_xattr *raw, u32 left,
			       u32 *size);
const char *stargz_check_xattr_name(const struct stargz_xattr *raw,
				    const char *name);
int stargz_name_cmp(const char *a, size_t alen, const char *b, size_t blen);
s64 stargz_time_decode(u64 raw, u32 *nsec);

#endif /* STARGZ_RECORD_H */
