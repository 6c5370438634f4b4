/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Records of an index in memory by number, for tables that were checked.
 */
#ifndef SGZ_INDEX_RECORDS_H
#define SGZ_INDEX_RECORDS_H

#include <endian.h>

#include "index/index.h"
#include "record.h"

/** sgz_dirent() - record of a directory entry */
static inline const struct stargz_dirent *
sgz_dirent(const struct sgz_index *index, uint64_t i)
{
	return (const struct stargz_dirent *)
		index->table[STARGZ_TABLE_DIRENTS].data + i;
}

/** sgz_extent() - record of an extent */
static inline const struct stargz_extent *
sgz_extent(const struct sgz_index *index, uint64_t i)
{
	return (const struct stargz_extent *)
		index->table[STARGZ_TABLE_EXTENTS].data + i;
}

/** sgz_span() - record of a span */
static inline const struct stargz_span *
sgz_span(const struct sgz_index *index, uint64_t i)
{
	return (const struct stargz_span *)
		index->table[STARGZ_TABLE_SPANS].data + i;
}

/** sgz_span_crc() - CRC-32 of a piece of a span that has %STARGZ_SPAN_CHECKED */
static inline uint32_t sgz_span_crc(const struct sgz_index *index,
				    const struct stargz_span *span,
				    uint32_t piece)
{
	const __le32 *crc = index->table[STARGZ_TABLE_PIECES].data;

	if (le32toh(span->ulen) <= STARGZ_PIECE_SIZE)
		return le32toh(span->check);
	return le32toh(crc[le32toh(span->check) + piece]);
}

/** sgz_span_sha256() - digests of a span of an index that has them */
static inline struct stargz_digest *
sgz_span_sha256(const struct sgz_index *index, uint64_t i)
{
	const __le32 *start = index->table[STARGZ_TABLE_DIGEST_STARTS].data;

	return (struct stargz_digest *)
		index->table[STARGZ_TABLE_DIGESTS].data + le32toh(start[i]);
}

/** sgz_has_digests() - does every span of an index have digests? */
static inline bool sgz_has_digests(const struct sgz_index *index)
{
	return le32toh(index->sb.feature_compat) & STARGZ_COMPAT_DIGESTS;
}

/** sgz_blob_record() - record of a blob */
static inline const struct stargz_blob *
sgz_blob_record(const struct sgz_index *index, uint64_t i)
{
	return (const struct stargz_blob *)
		index->table[STARGZ_TABLE_BLOBS].data + i;
}

/** sgz_history_record() - record of a history */
static inline const struct stargz_history *
sgz_history_record(const struct sgz_index *index, uint64_t i)
{
	return (const struct stargz_history *)
		index->table[STARGZ_TABLE_HISTORIES].data + i;
}

/** sgz_inode() - record of an inode number */
static inline const struct stargz_inode *
sgz_inode(const struct sgz_index *index, uint32_t ino)
{
	return (const struct stargz_inode *)
		index->table[STARGZ_TABLE_INODES].data + (ino - 1);
}

/** sgz_xattr_set() - set of extended attributes, by stargz_inode.xattr */
static inline const struct stargz_xattr_set *
sgz_xattr_set(const struct sgz_index *index, uint32_t id)
{
	return (const struct stargz_xattr_set *)
		((const char *)index->table[STARGZ_TABLE_XATTRS].data +
		 4ull * (id - 1));
}

/** sgz_name() - first byte of the name of a directory entry */
static inline const char *sgz_name(const struct sgz_index *index,
				   const struct stargz_dirent *d)
{
	return (const char *)index->table[STARGZ_TABLE_NAMES].data +
	       le32toh(d->name);
}

/** sgz_dirent_cmp() - order of two names, as in a directory */
static inline int sgz_dirent_cmp(const struct sgz_index *ia,
				 const struct stargz_dirent *a,
				 const struct sgz_index *ib,
				 const struct stargz_dirent *b)
{
	return stargz_name_cmp(sgz_name(ia, a), a->name_len,
			       sgz_name(ib, b), b->name_len);
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

#endif /* SGZ_INDEX_RECORDS_H */
