/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * libstargz: what kind of file it is, and the footer of a layer.
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
 * enum stargz_kind - what a file is
 * @STARGZ_KIND_UNKNOWN: nothing that this library reads
 * @STARGZ_KIND_LAYER: a container layer
 * @STARGZ_KIND_INDEX: an index, or a device image, which begins with one
 */
enum stargz_kind {
	STARGZ_KIND_UNKNOWN,
	STARGZ_KIND_LAYER,
	STARGZ_KIND_INDEX,
};

/**
 * stargz_probe() - find out what a file is by its first and last bytes
 * @fd: regular file or block device, open for reading
 * @offset: first byte in the file
 * @size: bytes, or zero: up to the end of the file
 * @err: filled on failure
 *
 * Return: &enum stargz_kind, or a negative errno: -EINVAL it is no such file,
 * -EUCLEAN it has a footer that cannot be right, and what read(2) gives.
 */
int stargz_probe(int fd, uint64_t offset, uint64_t size,
		 struct stargz_error *err);

/**
 * enum stargz_encoding - how bytes are stored in a layer
 * @STARGZ_ENCODING_STORED: as they are
 * @STARGZ_ENCODING_GZIP: whole gzip members
 * @STARGZ_ENCODING_DEFLATE: a part of a gzip member
 * @STARGZ_ENCODING_ZSTD: whole zstd frames
 * @STARGZ_ENCODING_HOLE: not at all, they are zeroes
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
 * Return: a lower case word, never released; NULL if there is no such encoding.
 */
const char *stargz_encoding_name(unsigned int encoding);

/**
 * struct stargz_footer - what the footer of a layer says
 * @encoding: of its members: %STARGZ_ENCODING_GZIP or %STARGZ_ENCODING_ZSTD
 * @external: the table of contents is in a file of its own
 * @toc: first compressed byte of the table of contents
 * @toc_end: where it ends at the latest
 * @toc_size: bytes of it when decoded; zero: not said
 * @data_end: end of the part of the layer that holds content
 * @reserved: zero
 *
 * All in bytes from the start of the layer.
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
 * @footer: filled if there is one
 * @fd: regular file or block device, open for reading
 * @offset: first byte of the layer in the file
 * @size: bytes of the layer, or zero: up to the end of the file
 * @position: "OFFSET:LENGTH:SIZE:1" of the table of contents of a zstd:chunked
 *	layer, used in place of the footer; or NULL
 * @err: filled on failure
 *
 * Return: 1, 0 if there is no footer that is known, or a negative errno:
 * -EUCLEAN it cannot be right, -EINVAL @position cannot, and what read(2)
 * gives.
 */
int stargz_footer_find(struct stargz_footer *footer, int fd, uint64_t offset,
		       uint64_t size, const char *position,
		       struct stargz_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* STARGZ_FOOTER_H */
