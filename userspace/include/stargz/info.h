/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * libstargz: superblock, tables, blobs and spans of an index. See
 * Documentation/index-format.rst.
 */
#ifndef STARGZ_INFO_H
#define STARGZ_INFO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <stargz/digest.h>
#include <stargz/open.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Longest name of the creator of an index, in bytes. */
#define STARGZ_CREATOR_MAX	32

/**
 * enum stargz_feature - bits of &stargz_index_info.features
 * @STARGZ_FEATURE_STORED: has stored spans
 * @STARGZ_FEATURE_DEFLATE: has spans within gzip members
 * @STARGZ_FEATURE_ZSTD: has zstd spans
 * @STARGZ_FEATURE_DIGESTS: has digests of all content
 * @STARGZ_FEATURE_RAW: shows whiteouts as they are in the tar
 * @STARGZ_FEATURE_MERGED: merges several layers; whiteouts were applied
 * @STARGZ_FEATURE_CHAINED: was made with the layers below it
 * @STARGZ_FEATURE_OPEN: depends on layers below it, but was made without them
 */
enum stargz_feature {
	STARGZ_FEATURE_STORED = 1 << 0,
	STARGZ_FEATURE_DEFLATE = 1 << 1,
	STARGZ_FEATURE_ZSTD = 1 << 2,
	STARGZ_FEATURE_DIGESTS = 1 << 3,
	STARGZ_FEATURE_RAW = 1 << 4,
	STARGZ_FEATURE_MERGED = 1 << 5,
	STARGZ_FEATURE_CHAINED = 1 << 6,
	STARGZ_FEATURE_OPEN = 1 << 7,
};

/**
 * struct stargz_index_info - data of the superblock
 * @version: version of the index format
 * @features: bits of &enum stargz_feature
 * @uuid: UUID of the file system
 * @index_size: size of the index in bytes
 * @data_bytes: sum of the sizes of all regular files in bytes
 * @longest_span: largest decoded size of a span in bytes
 * @blobs: number of blobs
 * @spans: number of spans
 * @inodes: number of inodes
 * @sha256: SHA-256 of the first block, which stands for the whole index
 * @label: label of the volume, or an empty text
 * @creator: program that made the index, or an empty text
 * @reserved: zero
 */
struct stargz_index_info {
	uint32_t version;
	uint32_t features;
	uint8_t uuid[16];
	uint64_t index_size;
	uint64_t data_bytes;
	uint32_t longest_span;
	uint32_t blobs;
	uint32_t spans;
	uint32_t inodes;
	uint8_t sha256[STARGZ_SHA256_LEN];
	char label[STARGZ_LABEL_MAX + 1];
	char creator[STARGZ_CREATOR_MAX + 1];
	uint64_t reserved[4];
};

/**
 * stargz_get_info() - get the data of the superblock
 * @opened: the handle
 * @info: filled in
 */
void stargz_get_info(const struct stargz_opened *opened,
		     struct stargz_index_info *info);

/**
 * stargz_read_info() - read the data of the superblock, and nothing else
 * @fd: index, device image or device, open for reading
 * @info: filled in on success
 * @err: filled in on failure
 *
 * The call reads the first block and checks only this block, so it is quick but
 * does not say whether the rest of the index is damaged: stargz_open() does.
 *
 * Return: 0, or a negative errno: -EINVAL if there is no index or its version or
 * features are unknown, -EUCLEAN if the block is damaged or if the file is shorter
 * than the index, or an errno of read(2).
 */
int stargz_read_info(int fd, struct stargz_index_info *info,
		     struct stargz_error *err);

/**
 * stargz_get_stats() - get the counts of entries, inodes and so on
 * @opened: the handle
 * @stats: filled in
 */
void stargz_get_stats(const struct stargz_opened *opened,
		      struct stargz_index_stats *stats);

/**
 * struct stargz_index_table - a table of the index
 * @name: its name, with static lifetime
 * @offset: its first byte in the index
 * @records: number of records
 * @bytes: size of all records in bytes
 * @reserved: zero
 */
struct stargz_index_table {
	const char *name;
	uint64_t offset;
	uint64_t records;
	uint64_t bytes;
	uint64_t reserved[4];
};

/**
 * stargz_get_table() - get a table of the index
 * @opened: the handle
 * @nr: number of the table, from zero
 * @table: filled in
 *
 * Return: 0, or -ENOENT if there is no such table.
 */
int stargz_get_table(const struct stargz_opened *opened, unsigned int nr,
		     struct stargz_index_table *table);

/**
 * stargz_get_property() - get a property of the index
 * @opened: the handle
 * @nr: number of the property, from zero
 *
 * Return: "KEY=VALUE", which is valid as long as the handle, or NULL if there
 * is no such property.
 */
const char *stargz_get_property(const struct stargz_opened *opened,
				unsigned int nr);

/**
 * enum stargz_blob_digest - bits of &stargz_blob_info.digests
 * @STARGZ_BLOB_HAS_SHA256: @sha256 is known
 * @STARGZ_BLOB_HAS_DIFFID: @diffid is known
 * @STARGZ_BLOB_HAS_TOC: @toc is known
 */
enum stargz_blob_digest {
	STARGZ_BLOB_HAS_SHA256 = 1 << 0,
	STARGZ_BLOB_HAS_DIFFID = 1 << 1,
	STARGZ_BLOB_HAS_TOC = 1 << 2,
};

/**
 * struct stargz_blob_info - a blob of the index
 * @source: number of the file that holds it; 0 is the file of the index
 * @digests: bits of &enum stargz_blob_digest
 * @start: first byte in that file
 * @size: size in bytes
 * @used: end of the last span in bytes
 * @available: bytes that can be read; zero if the blob was not passed to
 *	stargz_open()
 * @sha256: digest of all bytes of the blob
 * @diffid: digest of the tar to which it decodes
 * @toc: digest of its uncompressed table of contents
 * @reserved: zero
 */
struct stargz_blob_info {
	uint32_t source;
	uint32_t digests;
	uint64_t start;
	uint64_t size;
	uint64_t used;
	uint64_t available;
	uint8_t sha256[STARGZ_SHA256_LEN];
	uint8_t diffid[STARGZ_SHA256_LEN];
	uint8_t toc[STARGZ_SHA256_LEN];
	uint64_t reserved[4];
};

/**
 * stargz_get_blob() - get a blob of the index
 * @opened: the handle
 * @nr: number of the blob, from zero
 * @blob: filled in
 *
 * Return: 0, or -ENOENT if there is no such blob.
 */
int stargz_get_blob(const struct stargz_opened *opened, uint32_t nr,
		    struct stargz_blob_info *blob);

/**
 * stargz_blob_read() - read stored bytes of a blob, without decoding
 * @opened: the handle
 * @nr: number of the blob
 * @buf: destination
 * @len: size of @buf in bytes
 * @pos: first byte in the blob
 * @err: filled in on failure
 *
 * Return: number of bytes, less than @len only at the end of the blob; or a
 * negative errno: -ENOENT if there is no such blob, -ENODATA if it was not
 * passed to stargz_open(), -EUCLEAN if its file is shorter than in the index,
 * or an errno of read(2).
 */
ssize_t stargz_blob_read(struct stargz_opened *opened, uint32_t nr, void *buf,
			 size_t len, uint64_t pos, struct stargz_error *err);

/**
 * struct stargz_span_info - a span: a part of a blob that is decoded as a whole
 * @encoding: &enum stargz_encoding
 * @blob: number of the blob
 * @start: first byte in the blob
 * @bit: first bit in that byte, with %STARGZ_ENCODING_DEFLATE
 * @compressed: compressed size in bytes
 * @decoded: decoded size in bytes
 * @reserved: zero
 */
struct stargz_span_info {
	uint32_t encoding;
	uint32_t blob;
	uint64_t start;
	uint32_t bit;
	uint32_t compressed;
	uint32_t decoded;
	uint32_t reserved[9];
};

/**
 * stargz_get_span() - get a span
 * @opened: the handle
 * @nr: number of the span, from zero
 * @span: filled in
 *
 * Return: 0, or -ENOENT if there is no such span.
 */
int stargz_get_span(const struct stargz_opened *opened, uint32_t nr,
		    struct stargz_span_info *span);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* STARGZ_INFO_H */
