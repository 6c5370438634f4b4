/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Members of older layers, to be copied instead of made again.
 */
#ifndef SGZ_LAYER_REUSE_H
#define SGZ_LAYER_REUSE_H

#include "base/context.h"
#include "layer/compress.h"

struct sgz_job;
struct sgz_reuse;

/** struct sgz_copier - what one thread needs to copy members */
struct sgz_copier {
	struct libdeflate_decompressor *gzip;
	ZSTD_DCtx *zstd;
	struct sgz_vec stored;
	struct sgz_vec bytes;
};

/**
 * sgz_reuse_add() - take the members of a layer
 * @reuse: they are added; NULL at first
 * @ctx: the call
 * @how: how members are made; a layer of which members were made in another
 *	way is left alone, with a warning
 * @fd: the layer; stays open as long as @reuse
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_reuse_add(struct sgz_reuse **reuse, const struct sgz_context *ctx,
		  const struct sgz_compression *how, int fd);

/** sgz_reuse_ready() - all layers were added; sgz_reuse_copy() may be called */
void sgz_reuse_ready(struct sgz_reuse *reuse);

/**
 * sgz_reuse_copy() - make a member by copying one
 * @reuse: where from; or NULL
 * @c: of the calling thread; zeroed by the caller at first
 * @job: the member; @job->out is set
 *
 * What is copied was unpacked and compared.
 *
 * Return: true if there was one.
 */
bool sgz_reuse_copy(const struct sgz_reuse *reuse, struct sgz_copier *c,
		    struct sgz_job *job);

/** sgz_copier_close() - release */
void sgz_copier_close(struct sgz_copier *c);

/** sgz_reuse_free() - release */
void sgz_reuse_free(struct sgz_reuse *reuse);

#endif /* SGZ_LAYER_REUSE_H */
