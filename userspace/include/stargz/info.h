/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * libstargz: what an index says of itself, its tables, blobs and spans. See
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

/**
 * enum stargz_feature - bits of &stargz_index_info.features
 * @STARGZ_FEATURE_STORED: there are stored spans
 * @STARGZ_FEATURE_DEFLATE: there are spans within gzip members
 * @STARGZ_FEATURE_ZSTD: there are zstd spans
 * @STARGZ_FEATURE_DIGESTS: there are digests of files
 * @STARGZ_FEATURE_RAW: whiteouts are shown as they are in the tar
 * @STARGZ_FEATURE_MERGED: it is of several layers, whiteouts were applied
 * @STARGZ_FEATURE_CHAINED: it was made with the layers below in sight
 * @STARGZ_FEATURE_OPEN: some of it depends on layers below that are not known
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
 * struct stargz_index_info - what the superblock says
 * @version: of the index format
 * @features: bits of &enum stargz_feature
 * @uuid: of the file system
 * @index_size: bytes of the index
 * @data_bytes: sum of the sizes of all regular files
 * @longest_span: bytes of the longest decoded span
 * @blobs: number of blobs
 * @spans: number of spans
 * @inodes: number of inodes
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
	uint64_t reserved[4];
};

/**
 * stargz_get_info() - what the superblock says
 * @opened: the handle
 * @info: filled
 */
void stargz_get_info(const struct stargz_opened *opened,
		     struct stargz_index_info *info);

/**
 * stargz_get_stats() - how much of what there is
 * @opened: the handle
 * @stats: filled
 */
void stargz_get_stats(const struct stargz_opened *opened,
		      struct stargz_index_stats *stats);

/**
 * struct stargz_index_table - a table of the index
 * @name: its name, never released
 * @offset: first byte of it in the index
 * @records: number of records
 * @bytes: bytes of all records
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
 * stargz_get_table() - a table of the index
 * @opened: the handle
 * @nr: which one, from zero on
 * @table: filled
 *
 * Return: 0, or -ENOENT if there are no so many tables.
 */
int stargz_get_table(const struct stargz_opened *opened, unsigned int nr,
		     struct stargz_index_table *table);

/**
 * enum stargz_digest_of - what the digest of a blob is about
 * @STARGZ_DIGEST_OF_NONE: there is none
 * @STARGZ_DIGEST_OF_BLOB: all bytes of the blob
 * @STARGZ_DIGEST_OF_TOC: its table of contents, when decoded
 */
enum stargz_digest_of {
	STARGZ_DIGEST_OF_NONE,
	STARGZ_DIGEST_OF_BLOB,
	STARGZ_DIGEST_OF_TOC,
};

/**
 * struct stargz_blob_info - a blob that the index is about
 * @source: number of the file that has it: 0 that of the index itself
 * @digest_of: &enum stargz_digest_of
 * @start: first byte in that file
 * @size: bytes
 * @used: bytes up to the last one of a span
 * @available: bytes that can be read; zero if the blob is not at hand
 * @sha256: the digest
 * @reserved: zero
 */
struct stargz_blob_info {
	uint32_t source;
	uint32_t digest_of;
	uint64_t start;
	uint64_t size;
	uint64_t used;
	uint64_t available;
	uint8_t sha256[STARGZ_SHA256_LEN];
	uint64_t reserved[4];
};

/**
 * stargz_get_blob() - a blob that the index is about
 * @opened: the handle
 * @nr: which one, from zero on
 * @blob: filled
 *
 * Return: 0, or -ENOENT if there are no so many.
 */
int stargz_get_blob(const struct stargz_opened *opened, uint32_t nr,
		    struct stargz_blob_info *blob);

/**
 * stargz_blob_read() - read bytes of a blob, as they are stored
 * @opened: the handle
 * @nr: number of the blob
 * @buf: gets them
 * @len: how many bytes at most
 * @pos: first byte in the blob
 * @err: filled on failure
 *
 * Return: bytes read, less than @len only at the end of the blob; or a negative
 * errno: -ENOENT there is no such blob, -ENODATA it is not at hand, -EUCLEAN
 * its file is shorter than the index says, and what read(2) gives.
 */
ssize_t stargz_blob_read(struct stargz_opened *opened, uint32_t nr, void *buf,
			 size_t len, uint64_t pos, struct stargz_error *err);

/**
 * struct stargz_span_info - a run of a blob that is decoded as a whole
 * @encoding: &enum stargz_encoding
 * @blob: number of the blob
 * @start: first byte in it
 * @bit: first bit in that byte, of %STARGZ_ENCODING_DEFLATE
 * @compressed: bytes in the blob
 * @decoded: bytes when decoded
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
 * stargz_get_span() - a run of a blob that is decoded as a whole
 * @opened: the handle
 * @nr: which one, from zero on
 * @span: filled
 *
 * Return: 0, or -ENOENT if there are no so many.
 */
int stargz_get_span(const struct stargz_opened *opened, uint32_t nr,
		    struct stargz_span_info *span);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* STARGZ_INFO_H */
