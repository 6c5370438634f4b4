/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Cutting a tar into members. Where it is cut is decided by what is near, so
 * that a change moves no cut that is far away.
 */
#ifndef SGZ_LAYER_PACK_H
#define SGZ_LAYER_PACK_H

#include "layer/pipeline.h"
#include "layer/toc_entry.h"

/**
 * struct sgz_pack - a tar being cut
 * @ctx: the call
 * @pipe: where members go
 * @job: the one being filled
 * @min: a member has that many bytes before it is ended without need
 * @max: and no more than these
 * @cuts: where it may be ended
 * @carry: records on their way to the next job
 * @records: how many there were
 * @sha: of all bytes; open if they are hashed
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

/** sgz_pack_open() - begin; zeroed by the caller, to be closed in any case */
int sgz_pack_open(struct sgz_pack *p, const struct sgz_context *ctx,
		  struct sgz_pipeline *pipe, size_t min, size_t max,
		  bool hash);

/** sgz_pack_pos() - how many bytes there are so far */
static inline uint64_t sgz_pack_pos(const struct sgz_pack *p)
{
	return p->job->start + p->job->len;
}

/**
 * sgz_pack_mark() - a member may begin here
 * @p: the tar
 * @hash: a number that only depends on what follows; of several places the
 *	one with the lowest is taken
 *
 * Return: 0, or -ENOMEM with the error text set.
 */
int sgz_pack_mark(struct sgz_pack *p, uint32_t hash);

/** sgz_pack_cut() - a member has to begin here */
int sgz_pack_cut(struct sgz_pack *p);

/** sgz_pack_end() - nothing comes any more: all members and records go out */
int sgz_pack_end(struct sgz_pack *p);

/**
 * sgz_pack_room() - room for bytes that have to be in one member
 * @p: the tar
 * @len: how many, @max at most
 *
 * Return: where to put them, or NULL with the error text set. They count once
 * sgz_pack_added() is called.
 */
char *sgz_pack_room(struct sgz_pack *p, size_t len);

/** sgz_pack_added() - bytes are in the room */
void sgz_pack_added(struct sgz_pack *p, size_t len);

/** sgz_pack_add() - append bytes that may be cut anywhere */
int sgz_pack_add(struct sgz_pack *p, const void *bytes, size_t len);

/** sgz_pack_record() - a new record for what comes next, or NULL */
struct sgz_toc_item *sgz_pack_record(struct sgz_pack *p);

/** sgz_pack_close() - release */
void sgz_pack_close(struct sgz_pack *p);

#endif /* SGZ_LAYER_PACK_H */
