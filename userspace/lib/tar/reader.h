/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Reading a tar stream header by header: v7, ustar, PAX and GNU. What
 * extension headers say is folded into the header that they belong to.
 */
#ifndef SGZ_TAR_READER_H
#define SGZ_TAR_READER_H

#include <sys/stat.h>

#include "base/timestamp.h"
#include "blob/stream.h"
#include "tar/pax.h"

#define SGZ_TAR_BLOCK	512

/* Longest path of a header without extension: prefix, slash, name. */
#define SGZ_TAR_NAME_MAX	(155 + 1 + 100)

/**
 * struct sgz_tar_run - a run of a sparse file that is stored
 * @pos: first byte in the file
 * @size: its length, not zero
 */
struct sgz_tar_run {
	uint64_t pos;
	uint64_t size;
};

/**
 * struct sgz_tar_header - one entry of a tar stream
 * @name: its path as stored; valid until the next header is read, as all
 *	that this structure points to
 * @name_len: bytes
 * @link: target of a symbolic or hard link
 * @link_len: bytes
 * @type: type flag
 * @mode: permission bits
 * @uid: owner
 * @gid: group
 * @major: of a device
 * @minor: of a device
 * @mtime: nanoseconds since STARGZ_TIME_BASE
 * @time: what became of the time in the header
 * @size: bytes of payload that follow
 * @file_size: bytes of the file, holes included
 * @sparse: only @runs of the file are stored, one after the other
 * @runs: struct sgz_tar_run, in order and within @file_size; their sizes add
 *	up to at most @size
 * @odd: what had to be put right, see enum sgz_tar_odd
 * @fault: why the entry cannot be used, or NULL
 * @bad_size: @size is not known, unless a record says it
 * @pax: what extension headers said
 * @buf: names as they are in the header block
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
	uint32_t major;
	uint32_t minor;
	uint64_t mtime;
	enum sgz_time_result time;
	uint64_t size;
	uint64_t file_size;
	bool sparse;
	struct sgz_vec runs;
	uint32_t odd;
	const char *fault;
	bool bad_size;
	struct sgz_pax pax;
	struct {
		char name[SGZ_TAR_NAME_MAX];
		char link[100];
	} buf;
};

/**
 * struct sgz_tar - a tar stream being read
 * @stream: where its bytes come from
 * @pos: how many of them were read or skipped
 * @at: where the header block at hand begins
 * @marked: the end was marked by a block of zeroes
 * @named: @h is that of the block at hand
 * @last: start of the name of the entry before
 * @last_len: bytes of it
 * @head: gets the blocks of headers as they are read, or NULL
 * @h: the header read last
 */
struct sgz_tar {
	struct sgz_stream *stream;
	uint64_t pos;
	uint64_t at;
	bool marked;
	bool named;
	char last[SGZ_QUOTE_MAX];
	size_t last_len;
	struct sgz_vec *head;
	struct sgz_tar_header h;
};

/**
 * sgz_tar_next() - read one header and what extends it
 * @tar: zeroed by the caller at first, with a stream that stands at a header;
 *	afterwards it stands at the payload
 *
 * Fields that are odd do not make it fail: see sgz_tar_header.odd and
 * sgz_tar_type().
 *
 * Return: 1, or 0 at the end of the archive, or a negative errno with the
 * error text set.
 */
int sgz_tar_next(struct sgz_tar *tar);

/** sgz_tar_read() - read @len bytes of headers; fewer are an error */
int sgz_tar_read(struct sgz_tar *tar, void *buf, size_t len);

/** sgz_tar_skip() - skip @len bytes; fewer are an error */
int sgz_tar_skip(struct sgz_tar *tar, uint64_t len);

/**
 * sgz_tar_type() - what an entry is
 * @h: its header
 * @type: set to its type as in st_mode, or zero for a hard link
 *
 * Return: NULL, or why it is no file: to be left out, with a warning.
 */
const char *sgz_tar_type(const struct sgz_tar_header *h, mode_t *type);

/** sgz_tar_fail() - fail because of the header or the entry at hand */
int sgz_tar_fail(const struct sgz_tar *tar, int code, const char *why);

/** sgz_tar_damaged() - the same with -EUCLEAN */
int sgz_tar_damaged(const struct sgz_tar *tar, const char *why);

/** sgz_tar_close() - release all but the stream */
void sgz_tar_close(struct sgz_tar *tar);

/** sgz_tar_padding() - bytes between a payload and the next header */
static inline uint64_t sgz_tar_padding(uint64_t size)
{
	return -size & (SGZ_TAR_BLOCK - 1);
}

#endif /* SGZ_TAR_READER_H */
