/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Reading the blocks of a tar stream.
 */
#ifndef SGZ_TAR_INPUT_H
#define SGZ_TAR_INPUT_H

#include "blob/stream.h"
#include "tar/acl.h"
#include "tar/header.h"

/**
 * struct sgz_tar - a tar stream being read
 * @stream: source of the bytes
 * @pos: number of bytes that were read or skipped
 * @at: offset of the current header block
 * @marked: the end was marked by a block of zeroes
 * @named: @h belongs to the current block; error messages can name it
 * @last: start of the name of the previous entry
 * @last_len: its length in bytes
 * @head: unchanged header blocks are appended to it, or NULL
 * @names: lookup of names in access control lists, or NULL
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
	const struct sgz_acl_names *names;
	struct sgz_tar_header h;
};

/** sgz_tar_read() - read exactly @len bytes of headers */
int sgz_tar_read(struct sgz_tar *tar, void *buf, size_t len);

/** sgz_tar_skip() - skip exactly @len bytes */
int sgz_tar_skip(struct sgz_tar *tar, uint64_t len);

/** sgz_tar_block_read() - read a block; 1, 0 at the end, or a negative errno */
int sgz_tar_block_read(struct sgz_tar *tar, void *block);

/**
 * sgz_tar_peek() - look at the next block without consuming it
 * @tar: the tar
 * @block: receives up to %SGZ_TAR_BLOCK bytes
 *
 * Return: their number, fewer only at the end of the stream; or a negative
 * errno.
 */
int sgz_tar_peek(struct sgz_tar *tar, void *block);

/** sgz_tar_fail() - fail with a message that says where in the tar */
int sgz_tar_fail(const struct sgz_tar *tar, int code, const char *why);

/** sgz_tar_damaged() - sgz_tar_fail() with -EUCLEAN */
int sgz_tar_damaged(const struct sgz_tar *tar, const char *why);

/** sgz_tar_close() - release all but the stream */
void sgz_tar_close(struct sgz_tar *tar);

#endif /* SGZ_TAR_INPUT_H */
