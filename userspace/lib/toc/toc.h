/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The decoded table of contents of a blob: entries, chunks, digests.
 */
#ifndef SGZ_TOC_TOC_H
#define SGZ_TOC_TOC_H

#include <sys/stat.h>

#include "base/sha256.h"
#include "base/xattr_pool.h"

/* Limits: bytes of a TOC, compressed and uncompressed; entries of a layer. */
#define SGZ_TOC_STORED_MAX	(256ull << 20)
#define SGZ_TOC_JSON_MAX	(2ull << 30)
#define SGZ_ENTRIES_MAX		(16u << 20)

/* Device numbers that the kernel can represent, MINORBITS. */
#define SGZ_MAJOR_MAX		((1 << 12) - 1)
#define SGZ_MINOR_MAX		((1 << 20) - 1)

/* sgz_entry.flags: bytes that were not UTF-8 may have been lost here */
#define SGZ_LOSSY_NAME		0x01
#define SGZ_LOSSY_LINK		0x02
#define SGZ_LOSSY_XATTR		0x04
/* The entry is a hard link; mode, owner etc. are those of the target. */
#define SGZ_HARDLINK		0x08
/* A file of a lower layer: @a is the layer, @b its inode number there. */
#define SGZ_ENTRY_BELOW		0x10
/* The path, or that of the target of a hard link, started with a slash. */
#define SGZ_NAME_ABSOLUTE	0x20
#define SGZ_LINK_ABSOLUTE	0x40

/**
 * struct sgz_entry - one entry of the TOC that is not a chunk
 * @name: cleaned path
 * @link: symbolic link: unchanged target; hard link: cleaned path of the
 *	target
 * @size: size of a regular file in bytes
 * @mtime: nanoseconds since STARGZ_TIME_BASE
 * @name_len: length of @name in bytes
 * @link_len: length of @link in bytes
 * @uid: owner
 * @gid: group
 * @a: device: major; regular file: index of its first chunk
 * @b: device: minor; regular file: number of chunks
 * @xattr: set in the pool, or 0
 * @ino: inode number, assigned when the index is laid out
 * @mode: type and permissions; zero for a hard link
 * @flags: SGZ_LOSSY_* and so on
 */
struct sgz_entry {
	const char *name;
	const char *link;
	uint64_t size;
	uint64_t mtime;
	uint32_t name_len;
	uint32_t link_len;
	uint32_t uid;
	uint32_t gid;
	uint32_t a;
	uint32_t b;
	uint32_t xattr;
	uint32_t ino;
	uint16_t mode;
	uint8_t flags;
};

/**
 * struct sgz_chunk - a byte range of a regular file
 * @unit: offset in the blob of the gzip member or zstd frame that contains the
 *	range; zero if the whole blob is decoded as one stream
 * @inner: offset of the range in the decoded unit
 * @pos: offset of the range in the file
 * @size: its length in bytes
 * @zeroes: the range contains only zeroes and need not be decoded
 */
struct sgz_chunk {
	uint64_t unit;
	uint64_t inner;
	uint64_t pos;
	uint64_t size;
	bool zeroes;
};

/** struct sgz_digest - an expected digest, if there is one */
struct sgz_digest {
	bool set;
	uint8_t sha256[STARGZ_SHA256_LEN];
};

/**
 * struct sgz_toc - a decoded table of contents
 * @entries: struct sgz_entry, in the order of the TOC
 * @chunks: struct sgz_chunk, those of one file contiguous and in order
 * @xattrs: sets of extended attributes
 * @strings: names and link targets of the entries
 * @data_end: end offset of the content in the blob
 * @sha256: digest of the JSON text of the table of contents, if there is one
 * @has_digest: @sha256 is set
 * @codec: &enum stargz_codec of the units, if there is a table of contents
 * @from_content: the content of the blob was read for this: there is no table
 *	of contents, or bytes that it has lost were restored, or gzip members
 *	were divided into spans
 * @end_marker: without a table of contents: the tar ends with a block of zeroes
 * @blob_sha256: digest of the blob, with @has_blob_sha256
 * @has_blob_sha256: @blob_sha256 is set
 * @diffid: digest of the tar, with @has_diffid
 * @has_diffid: @diffid is set
 * @plain: the blob is the tar itself
 * @want_diffid: set before reading: compute @diffid if the blob is decoded as
 *	one stream
 * @raw: set before reading: keep extended attributes that overlayfs interprets
 * @digests: set before reading: keep the digests of the table of contents
 * @chunk_digests: struct sgz_digest for each chunk, with @digests
 * @file_digests: struct sgz_digest for each entry, with @digests
 */
struct sgz_toc {
	struct sgz_vec entries;
	struct sgz_vec chunks;
	struct sgz_xattr_pool xattrs;
	struct sgz_arena strings;
	uint64_t data_end;
	uint8_t sha256[STARGZ_SHA256_LEN];
	bool has_digest;
	uint8_t blob_sha256[STARGZ_SHA256_LEN];
	bool has_blob_sha256;
	uint8_t diffid[STARGZ_SHA256_LEN];
	bool has_diffid;
	bool plain;
	bool want_diffid;
	bool from_content;
	bool end_marker;
	uint8_t codec;
	bool raw;
	bool digests;
	struct sgz_vec chunk_digests;
	struct sgz_vec file_digests;
};

/** sgz_toc_entry() - the entry with index @i */
static inline struct sgz_entry *sgz_toc_entry(const struct sgz_toc *toc,
					      size_t i)
{
	return (struct sgz_entry *)toc->entries.data + i;
}

/** sgz_toc_chunk() - the chunk with index @i */
static inline struct sgz_chunk *sgz_toc_chunk(const struct sgz_toc *toc,
					      size_t i)
{
	return (struct sgz_chunk *)toc->chunks.data + i;
}

/** sgz_entry_is() - is the entry of this S_IFMT type? */
static inline bool sgz_entry_is(const struct sgz_entry *entry, mode_t type)
{
	return (entry->mode & S_IFMT) == type;
}

/** sgz_absolute_flags() - SGZ_*_ABSOLUTE of paths that are not yet cleaned */
static inline uint8_t sgz_absolute_flags(const char *name, size_t name_len,
					 const char *link, size_t link_len)
{
	return (name_len && *name == '/' ? SGZ_NAME_ABSOLUTE : 0) |
	       (link_len && *link == '/' ? SGZ_LINK_ABSOLUTE : 0);
}

/** sgz_entry_quoted() - the name of the entry, quoted for a message */
static inline struct sgz_quoted sgz_entry_quoted(const struct sgz_entry *entry)
{
	if (!entry->name_len)
		return sgz_quote("/", 1);
	return sgz_quote(entry->name, entry->name_len);
}

/** sgz_toc_free() - release */
void sgz_toc_free(struct sgz_toc *toc);

#endif /* SGZ_TOC_TOC_H */
