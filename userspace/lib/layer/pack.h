/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Cutting a tar into members. A cut depends only on bytes near it, so that a
 * change does not move distant cuts.
 */
#ifndef SGZ_LAYER_PACK_H
#define SGZ_LAYER_PACK_H

#include "layer/pipeline.h"
#include "layer/toc_entry.h"

/**
 * struct sgz_pack - cutter of a tar
 * @ctx: the call
 * @pipe: destination of members
 * @job: the member that is being filled
 * @min: preferred minimum size of a member in bytes
 * @max: maximum size of a member in bytes
 * @cuts: possible ends of the member
 * @carry: records to move to the next job
 * @records: number of records so far
 * @sha: digest of all bytes; open if it is wanted
 */
struct sgz_pack {
	const struct sgz_context *ctx;
	struct sgz_pipeline *pipe;
	struct sgz_job *job;
	size_t min;
	size_t max;
	struct sgz_vec cuts;
	struct sgz_vec carry;
	uint64_t records;
	struct sgz_sha256 sha;
};

/** sgz_pack_open() - start; @p is zeroed; close it also after an error */
int sgz_pack_open(struct sgz_pack *p, const struct sgz_context *ctx,
		  struct sgz_pipeline *pipe, size_t min, size_t max,
		  bool hash);

/** sgz_pack_pos() - number of bytes so far */
static inline uint64_t sgz_pack_pos(const struct sgz_pack *p)
{
	return p->job->start + p->job->len;
}

/**
 * sgz_pack_mark() - a member may start here
 * @p: the tar
 * @hash: a hash that depends only on the bytes that follow; the possible place
 *	with the lowest hash is chosen
 *
 * Return: 0, or -ENOMEM with the error text set.
 */
int sgz_pack_mark(struct sgz_pack *p, uint32_t hash);

/** sgz_pack_cut() - start a new member here */
int sgz_pack_cut(struct sgz_pack *p);

/** sgz_pack_end() - end of the tar: complete all members and records */
int sgz_pack_end(struct sgz_pack *p);

/**
 * sgz_pack_room() - room for bytes that must be in one member
 * @p: the tar
 * @len: number of bytes, at most @max
 *
 * Return: the room, or NULL with the error text set. The bytes count after
 * sgz_pack_added().
 */
char *sgz_pack_room(struct sgz_pack *p, size_t len);

/** sgz_pack_added() - count bytes that were written to the room */
void sgz_pack_added(struct sgz_pack *p, size_t len);

/** sgz_pack_add() - append bytes that may be cut anywhere */
int sgz_pack_add(struct sgz_pack *p, const void *bytes, size_t len);

/** sgz_pack_record() - new record for the next bytes, or NULL */
struct sgz_toc_item *sgz_pack_record(struct sgz_pack *p);

/** sgz_pack_close() - release */
void sgz_pack_close(struct sgz_pack *p);

#endif /* SGZ_LAYER_PACK_H */
