/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The header block of a tar entry.
 */
#ifndef SGZ_TAR_HEADER_H
#define SGZ_TAR_HEADER_H

#include <sys/stat.h>

#include "base/timestamp.h"
#include "tar/pax.h"

#define SGZ_TAR_BLOCK	512

/*
 * Limit of the bytes of holes that are written out, or whose digest is computed, in
 * one run. /var/log/lastlog has 1.2 TiB if there is a user with the largest ID.
 */
#define SGZ_HOLES_MAX	(4ull << 40)

/* Longest path of a header without extension: prefix, slash, name. */
#define SGZ_TAR_NAME_MAX	(155 + 1 + 100)

/**
 * struct sgz_tar_run - a stored data segment of a sparse file
 * @pos: offset in the file
 * @size: length in bytes, not zero
 */
struct sgz_tar_run {
	uint64_t pos;
	uint64_t size;
};

/**
 * struct sgz_tar_header - one entry of a tar stream
 * @name: its path as stored. Like all pointers in this structure, it is valid
 *	until the next header is read
 * @name_len: length in bytes
 * @link: target of a symbolic or hard link
 * @link_len: length in bytes
 * @type: type flag
 * @mode: permission bits
 * @uid: owner
 * @gid: group
 * @uname: name of the owner, which no reader of a layer needs
 * @uname_len: length of @uname in bytes
 * @gname: name of the group
 * @gname_len: length of @gname in bytes
 * @major: of a device
 * @minor: of a device
 * @mtime: nanoseconds since STARGZ_TIME_BASE
 * @time: result of converting the time in the header
 * @size: number of bytes of payload that follow
 * @file_size: size of the file in bytes, holes included
 * @sparse: only the @runs of the file are stored, without gaps
 * @runs: struct sgz_tar_run, in order and within @file_size; their sizes add
 *	up to at most @size
 * @looked_up: IDs in its access control lists were looked up by name
 * @odd: irregularities that were corrected, bits of enum sgz_tar_odd
 * @fault: reason to leave the entry out, or NULL
 * @bad_size: the size in the header block is invalid, and no PAX record
 *	replaces it
 * @pax: contents of the extension headers
 * @buf: names in the header block
 */
struct sgz_tar_header {
	const char *name;
	size_t name_len;
	const char *link;
	size_t link_len;
	char type;
	uint16_t mode;
	uint32_t uid;
	uint32_t gid;
	const char *uname;
	size_t uname_len;
	const char *gname;
	size_t gname_len;
	uint32_t major;
	uint32_t minor;
	uint64_t mtime;
	enum sgz_time_result time;
	uint64_t size;
	uint64_t file_size;
	bool sparse;
	struct sgz_vec runs;
	bool looked_up;
	uint32_t odd;
	const char *fault;
	bool bad_size;
	struct sgz_pax pax;
	struct {
		char name[SGZ_TAR_NAME_MAX];
		char link[100];
		char owner[32];
		char group[32];
	} buf;
};

/** struct sgz_gnu_run - a data segment in the old GNU format */
struct sgz_gnu_run {
	char pos[12];
	char size[12];
};

/** struct sgz_ustar - a header block */
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

/** sgz_tar_is_header() - is the checksum of a header block correct? */
bool sgz_tar_is_header(const void *block);

/**
 * sgz_tar_number() - a number of a header block
 * @p: octal digits, or GNU's base 256 with the top bit set
 * @len: length of the field in bytes
 * @value: filled in
 *
 * Return: 0, or -EUCLEAN.
 */
int sgz_tar_number(const char *p, size_t len, int64_t *value);

/**
 * sgz_tar_block() - decode a header block, without extension headers
 * @h: names, numbers, time and irregularities are filled in
 * @u: the block
 */
void sgz_tar_block(struct sgz_tar_header *h, const struct sgz_ustar *u);

/**
 * sgz_tar_plain() - make the header of a file that describes a layer
 * @u: filled in: a regular file; all fields but name and size are zero
 * @name: less than 100 bytes
 * @size: less than 8 GiB
 */
void sgz_tar_plain(struct sgz_ustar *u, const char *name, uint64_t size);

/**
 * sgz_tar_type() - file type of an entry
 * @h: its header
 * @type: set to the type as in st_mode, or to zero for a hard link
 *
 * Return: NULL, or the text of a warning: the entry is to be left out.
 */
const char *sgz_tar_type(const struct sgz_tar_header *h, mode_t *type);

/**
 * sgz_tar_add_holes() - count holes before they are read
 * @holes: bytes of holes of earlier files; @bytes is added
 * @ctx: the call
 * @h: header of the file, for the error text
 * @bytes: bytes of its holes
 *
 * Return: 0, or -E2BIG with the error text set if they exceed %SGZ_HOLES_MAX.
 */
int sgz_tar_add_holes(uint64_t *holes, const struct sgz_context *ctx,
		      const struct sgz_tar_header *h, uint64_t bytes);

/** sgz_tar_ends_with_slash() - does the path of an entry end with a slash? */
bool sgz_tar_ends_with_slash(const struct sgz_tar_header *h);

/** sgz_tar_padding() - number of bytes from a payload to the next header */
static inline uint64_t sgz_tar_padding(uint64_t size)
{
	return -size & (SGZ_TAR_BLOCK - 1);
}

#endif /* SGZ_TAR_HEADER_H */
