/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Members of older layers that can be copied.
 */
#ifndef SGZ_LAYER_REUSE_H
#define SGZ_LAYER_REUSE_H

#include "base/context.h"
#include "layer/compress.h"

struct sgz_job;
struct sgz_reuse;

/** struct sgz_copier - decoders and buffers of one thread */
struct sgz_copier {
	struct libdeflate_decompressor *gzip;
	ZSTD_DCtx *zstd;
	struct sgz_vec stored;
	struct sgz_vec bytes;
};

/**
 * sgz_reuse_add() - add the members of a layer
 * @reuse: the members are added here; initially NULL
 * @ctx: the call
 * @how: compression of the new layer; a layer with another compression is
 *	ignored with a warning
 * @fd: the layer; must stay open as long as @reuse
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_reuse_add(struct sgz_reuse **reuse, const struct sgz_context *ctx,
		  const struct sgz_compression *how, int fd);

/** sgz_reuse_ready() - call it after the last sgz_reuse_add() */
void sgz_reuse_ready(struct sgz_reuse *reuse);

/**
 * sgz_reuse_copy() - make a member by copying one
 * @reuse: the members, or NULL
 * @c: copier of the calling thread; initially zeroed
 * @job: the member to make; sets @job->out
 *
 * The function decodes a member and compares its bytes before it copies it.
 *
 * Return: true if it copied one.
 */
bool sgz_reuse_copy(const struct sgz_reuse *reuse, struct sgz_copier *c,
		    struct sgz_job *job);

/** sgz_copier_close() - release */
void sgz_copier_close(struct sgz_copier *c);

/** sgz_reuse_free() - release */
void sgz_reuse_free(struct sgz_reuse *reuse);

#endif /* SGZ_LAYER_REUSE_H */
