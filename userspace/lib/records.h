/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Records of an index in memory by their numbers, for tables that have been
 * checked.
 */
#ifndef SGZ_RECORDS_H
#define SGZ_RECORDS_H

#include <endian.h>
#include <string.h>

#include "image.h"

#define SGZ_RECORD(name, type, id)					\
static inline const struct type *name(const struct sgz_image *image,	\
				      uint64_t i)			\
{									\
	return (const struct type *)image->table[id].data + i;		\
}

SGZ_RECORD(sgz_dirent, stargz_dirent, STARGZ_TABLE_DIRENTS)
SGZ_RECORD(sgz_extent, stargz_extent, STARGZ_TABLE_EXTENTS)
SGZ_RECORD(sgz_span, stargz_span, STARGZ_TABLE_SPANS)
SGZ_RECORD(sgz_blob_record, stargz_blob, STARGZ_TABLE_BLOBS)
SGZ_RECORD(sgz_window, stargz_window, STARGZ_TABLE_WINDOWS)

#undef SGZ_RECORD

/** sgz_inode() - record of an inode number */
static inline const struct stargz_inode *
sgz_inode(const struct sgz_image *image, uint32_t ino)
{
	return (const struct stargz_inode *)
		image->table[STARGZ_TABLE_INODES].data + (ino - 1);
}

/** sgz_xattr_set() - set of extended attributes, by stargz_inode.xattr */
static inline const struct stargz_xattr_set *
sgz_xattr_set(const struct sgz_image *image, uint32_t id)
{
	return (const struct stargz_xattr_set *)
		((const char *)image->table[STARGZ_TABLE_XATTRS].data +
		 4ull * (id - 1));
}

/** sgz_name() - first byte of the name of a directory entry */
static inline const char *sgz_name(const struct sgz_image *image,
				   const struct stargz_dirent *d)
{
	return (const char *)image->table[STARGZ_TABLE_NAMES].data +
	       le32toh(d->name);
}

/** sgz_dirent_cmp() - order of two names, as in a directory */
static inline int sgz_dirent_cmp(const struct sgz_image *ia,
				 const struct stargz_dirent *a,
				 const struct sgz_image *ib,
				 const struct stargz_dirent *b)
{
	size_t n = a->name_len < b->name_len ? a->name_len : b->name_len;
	int diff = memcmp(sgz_name(ia, a), sgz_name(ib, b), n);

	return diff ? diff : a->name_len - b->name_len;
}

/** sgz_codec_feature() - STARGZ_INCOMPAT_* that a codec needs */
static inline uint32_t sgz_codec_feature(enum stargz_codec codec)
{
	switch (codec) {
	case STARGZ_CODEC_STORED:
		return STARGZ_INCOMPAT_STORED;
	case STARGZ_CODEC_DEFLATE:
		return STARGZ_INCOMPAT_DEFLATE;
	case STARGZ_CODEC_ZSTD:
		return STARGZ_INCOMPAT_ZSTD;
	default:
		return 0;
	}
}

#endif /* SGZ_RECORDS_H */
