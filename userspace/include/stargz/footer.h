/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * libstargz: the kind of a file, and the footer of a layer.
 */
#ifndef STARGZ_FOOTER_H
#define STARGZ_FOOTER_H

#include <stdint.h>

#include <stargz/error.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * enum stargz_kind - kind of a file
 * @STARGZ_KIND_UNKNOWN: not a file that this library reads
 * @STARGZ_KIND_LAYER: a container layer
 * @STARGZ_KIND_INDEX: an index, or a device image, which begins with one
 */
enum stargz_kind {
	STARGZ_KIND_UNKNOWN,
	STARGZ_KIND_LAYER,
	STARGZ_KIND_INDEX,
};

/**
 * stargz_probe() - detect the kind of a file by its first and last bytes
 * @fd: regular file or block device, open for reading
 * @offset: first byte in the file
 * @size: size in bytes, or zero: up to the end of the file
 * @err: filled in on failure
 *
 * The call reads nothing from a pipe.
 *
 * Return: &enum stargz_kind, or a negative errno: -EINVAL if @fd is neither
 * regular file nor block device, -EUCLEAN if it has a damaged footer, or an
 * errno of read(2).
 */
int stargz_probe(int fd, uint64_t offset, uint64_t size,
		 struct stargz_error *err);

/**
 * enum stargz_encoding - how bytes are stored in a layer
 * @STARGZ_ENCODING_STORED: uncompressed
 * @STARGZ_ENCODING_GZIP: whole gzip members
 * @STARGZ_ENCODING_DEFLATE: a part of a gzip member
 * @STARGZ_ENCODING_ZSTD: whole zstd frames
 * @STARGZ_ENCODING_HOLE: not stored; the bytes are zeroes
 */
enum stargz_encoding {
	STARGZ_ENCODING_STORED,
	STARGZ_ENCODING_GZIP,
	STARGZ_ENCODING_DEFLATE,
	STARGZ_ENCODING_ZSTD,
	STARGZ_ENCODING_HOLE,
};

/**
 * stargz_encoding_name() - name of an encoding
 * @encoding: &enum stargz_encoding
 *
 * Return: a lower case word with static lifetime; NULL if there is no such
 * encoding.
 */
const char *stargz_encoding_name(unsigned int encoding);

/**
 * struct stargz_footer - footer of a layer
 * @encoding: of the members: %STARGZ_ENCODING_GZIP or %STARGZ_ENCODING_ZSTD
 * @external: nonzero if the table of contents is in a separate file
 * @toc: first compressed byte of the table of contents
 * @toc_end: upper limit of its end
 * @toc_size: its decoded size in bytes; zero: unknown
 * @data_end: end of the part of the layer that holds content
 * @reserved: zero
 *
 * Positions are in bytes from the start of the layer.
 */
struct stargz_footer {
	uint32_t encoding;
	uint32_t external;
	uint64_t toc;
	uint64_t toc_end;
	uint64_t toc_size;
	uint64_t data_end;
	uint64_t reserved[4];
};

/**
 * stargz_footer_find() - find and parse the footer of a layer
 * @footer: filled in if there is one
 * @fd: regular file or block device, open for reading
 * @offset: first byte of the layer in the file
 * @size: size of the layer in bytes, or zero: up to the end of the file
 * @position: "OFFSET:LENGTH:SIZE:1" of the table of contents of a zstd:chunked
 *	layer, used in place of the footer; or NULL
 * @err: filled in on failure
 *
 * Return: 1, 0 if there is no known footer, or a negative errno: -EUCLEAN if
 * the footer is damaged, -EINVAL if @position is invalid, or an errno of
 * read(2).
 */
int stargz_footer_find(struct stargz_footer *footer, int fd, uint64_t offset,
		       uint64_t size, const char *position,
		       struct stargz_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* STARGZ_FOOTER_H */
