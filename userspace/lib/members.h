/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The gzip members of a blob that hold content.
 */
#ifndef SGZ_MEMBERS_H
#define SGZ_MEMBERS_H

#include "toc.h"

/**
 * struct sgz_member - one gzip member
 * @start: its offset in the blob
 * @clen: upper bound of its compressed length
 * @ulen: decoded bytes that files refer to; zero if none does
 * @span: its span in the index, if @ulen is not zero
 */
struct sgz_member {
	uint64_t start;
	uint32_t clen;
	uint32_t ulen;
	uint32_t span;
};

/**
 * struct sgz_members - all members that the TOC names
 * @list: struct sgz_member, sorted by start
 * @spans: how many are spans of the index
 */
struct sgz_members {
	struct sgz_vec list;
	uint32_t spans;
};

/**
 * sgz_members_collect() - list the members, each bounded by the next one
 * @members: filled; zeroed by the caller
 * @ctx: the call
 * @toc: all chunks
 *
 * The bound does not depend on the order of the TOC, nor on which entries
 * are shown: every chunk's member counts.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_members_collect(struct sgz_members *members,
			const struct sgz_context *ctx,
			const struct sgz_toc *toc);

/** sgz_members_find() - the member that holds a chunk */
struct sgz_member *sgz_members_find(const struct sgz_members *members,
				    uint64_t start);

/**
 * sgz_members_use() - a file that is shown needs these chunks
 * @members: collected
 * @ctx: the call
 * @toc: the chunks
 * @file: the file
 *
 * Return: 0, or -EUCLEAN if a member cannot hold that much.
 */
int sgz_members_use(struct sgz_members *members, const struct sgz_context *ctx,
		    const struct sgz_toc *toc, const struct sgz_entry *file);

/** sgz_members_number() - number the members in use */
void sgz_members_number(struct sgz_members *members);

/** sgz_members_free() - release */
void sgz_members_free(struct sgz_members *members);

#endif /* SGZ_MEMBERS_H */
