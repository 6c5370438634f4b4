/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Tar headers: ustar, PAX and GNU, as far as names and sizes go.
 */
#ifndef SGZ_TAR_H
#define SGZ_TAR_H

#include "memory.h"
#include "stream.h"

/**
 * struct sgz_tar_header - one entry of a tar stream
 * @name: its path as stored
 * @name_len: bytes
 * @link: target of a symbolic or hard link
 * @link_len: bytes
 * @xattrs: names of its extended attributes, each ended by a NUL
 * @type: type flag
 * @size: bytes of payload that follow the header
 */
struct sgz_tar_header {
	char *name;
	size_t name_len;
	char *link;
	size_t link_len;
	struct sgz_vec xattrs;
	char type;
	uint64_t size;
};

/**
 * sgz_tar_next() - read one header and what extends it
 * @s: stream that stands at a header; afterwards at the payload
 * @h: filled; zeroed by the caller at first, and used again without that
 *
 * Return: 1, or 0 at the end of the archive, or a negative errno.
 */
int sgz_tar_next(struct sgz_stream *s, struct sgz_tar_header *h);

/** sgz_tar_free() - release what a header holds */
void sgz_tar_free(struct sgz_tar_header *h);

/** sgz_tar_padding() - bytes between a payload and the next header */
static inline uint64_t sgz_tar_padding(uint64_t size)
{
	return -size & 511;
}

/** sgz_tar_is_header() - does the block have a header's checksum? */
bool sgz_tar_is_header(const void *block);

#define SGZ_TAR_BLOCK	512

#endif /* SGZ_TAR_H */
