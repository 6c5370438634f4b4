/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Compressing on several threads. Jobs complete in the order in which they are
 * put; their number is limited.
 */
#ifndef SGZ_LAYER_PIPELINE_H
#define SGZ_LAYER_PIPELINE_H

#include "base/context.h"
#include "layer/compress.h"
#include "layer/job.h"
#include "layer/reuse.h"

/**
 * typedef sgz_job_done - called in the thread of the caller, in order
 * @data: @data of sgz_pipeline_open()
 * @job: a complete job with @out; reused after the call
 */
typedef int (*sgz_job_done)(void *data, struct sgz_job *job);

struct sgz_pipeline;

/**
 * sgz_pipeline_open() - start threads
 * @pipe: set to the pipeline
 * @ctx: the call
 * @how: compression of the members
 * @reuse: members that may be copied, or NULL
 * @workers: number of threads
 * @room: maximum decoded size of a member in bytes
 * @done: callback for complete members
 * @data: passed to @done
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_pipeline_open(struct sgz_pipeline **pipe, const struct sgz_context *ctx,
		      const struct sgz_compression *how,
		      const struct sgz_reuse *reuse, unsigned int workers,
		      size_t room, sgz_job_done done, void *data);

/** sgz_pipeline_get() - an empty job, or NULL with the error text set */
struct sgz_job *sgz_pipeline_get(struct sgz_pipeline *pipe);

/** sgz_pipeline_put() - start the job of the last sgz_pipeline_get() */
void sgz_pipeline_put(struct sgz_pipeline *pipe);

/**
 * sgz_pipeline_end() - complete all jobs, after the last one
 * @pipe: the pipeline
 *
 * The job of the last sgz_pipeline_get() was not put, and has no bytes. If it
 * has records, of entries without content, it is passed to the callback without
 * a member.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_pipeline_end(struct sgz_pipeline *pipe);

/** sgz_pipeline_close() - stop the threads and release everything */
void sgz_pipeline_close(struct sgz_pipeline *pipe);

#endif /* SGZ_LAYER_PIPELINE_H */
