/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Compressing on several threads: jobs go in and come out in the same order,
 * and there are never more than a few of them.
 */
#ifndef SGZ_LAYER_PIPELINE_H
#define SGZ_LAYER_PIPELINE_H

#include "base/context.h"
#include "layer/compress.h"
#include "layer/job.h"
#include "layer/reuse.h"

/**
 * typedef sgz_job_done - called in the thread of the caller, in order
 * @data: as it was handed in
 * @job: with @out filled; may be used again afterwards
 */
typedef int (*sgz_job_done)(void *data, struct sgz_job *job);

struct sgz_pipeline;

/**
 * sgz_pipeline_open() - start threads
 * @pipe: set
 * @ctx: the call
 * @how: what members are made
 * @reuse: members that may be copied, or NULL
 * @workers: how many threads
 * @room: bytes of a job
 * @done: what to do with members
 * @data: handed to @done
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_pipeline_open(struct sgz_pipeline **pipe, const struct sgz_context *ctx,
		      const struct sgz_compression *how,
		      const struct sgz_reuse *reuse, unsigned int workers,
		      size_t room, sgz_job_done done, void *data);

/** sgz_pipeline_get() - an empty job, or NULL with the error text set */
struct sgz_job *sgz_pipeline_get(struct sgz_pipeline *pipe);

/** sgz_pipeline_put() - the job that was got last is filled */
void sgz_pipeline_put(struct sgz_pipeline *pipe);

/**
 * sgz_pipeline_end() - wait for all jobs; no more of them come
 * @pipe: the pipeline
 *
 * The job that was got last was not put, and has no bytes. If it has records,
 * of what comes after the last byte of the tar or has no content, it is passed
 * on as a job that gave no member.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_pipeline_end(struct sgz_pipeline *pipe);

/** sgz_pipeline_close() - stop the threads and release all */
void sgz_pipeline_close(struct sgz_pipeline *pipe);

#endif /* SGZ_LAYER_PIPELINE_H */
