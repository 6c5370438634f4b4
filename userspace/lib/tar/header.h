/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The header block of a tar entry.
 */
#ifndef SGZ_TAR_HEADER_H
#define SGZ_TAR_HEADER_H

#include "tar/reader.h"

/** struct sgz_gnu_run - a run of a sparse file in the old GNU form */
struct sgz_gnu_run {
	char pos[12];
	char size[12];
};

/** struct sgz_ustar - a header as it stands in the stream */
struct sgz_ustar {
	char name[100];
	char mode[8];
	char uid[8];
	char gid[8];
	char size[12];
	char mtime[12];
	char checksum[8];
	char type;
	char link[100];
	char magic[8];
	char owner[32];
	char group[32];
	char major[8];
	char minor[8];
	union {
		char prefix[155];
		struct {
			char times[36];
			char unused[5];
			struct sgz_gnu_run run[4];
			char more;
			char real_size[12];
		} gnu;
	};
	char pad[12];
};

/** sgz_tar_is_header() - does the block have a header's checksum? */
bool sgz_tar_is_header(const void *block);

/**
 * sgz_tar_number() - a number of a header block
 * @p: octal digits, or GNU's base 256 with the top bit set
 * @len: bytes of the field
 * @value: the number
 *
 * Return: 0, or -EUCLEAN.
 */
int sgz_tar_number(const char *p, size_t len, int64_t *value);

/**
 * sgz_tar_block() - take from a header block what it says itself
 * @h: header whose names, numbers and time are filled, and which is told what
 *	is odd about them
 * @u: the block
 */
void sgz_tar_block(struct sgz_tar_header *h, const struct sgz_ustar *u);

/**
 * sgz_tar_plain() - make the header of a file that describes a layer
 * @u: filled: a regular file with nothing but a name and a size
 * @name: less than 100 bytes
 * @size: less than 8 GiB
 */
void sgz_tar_plain(struct sgz_ustar *u, const char *name, uint64_t size);

#endif /* SGZ_TAR_HEADER_H */
