/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Jobs that threads run side by side. Warnings and progress of all jobs reach
 * the caller of the library in its own thread, the warnings in the order of the
 * jobs.
 */
#ifndef SGZ_BASE_PARALLEL_H
#define SGZ_BASE_PARALLEL_H

#include "base/context.h"

struct sgz_parallel;

/**
 * typedef sgz_parallel_fn - run one job
 * @data: @data of sgz_parallel_start()
 * @ctx: for errors, warnings and progress of this job
 * @nr: number of the job
 *
 * Return: 0, or a negative errno with the error text set.
 */
typedef int (*sgz_parallel_fn)(void *data, const struct sgz_context *ctx,
			       size_t nr);

/**
 * sgz_parallel_start() - start to run jobs, in the order of their numbers
 * @ctx: the call; must stay valid until sgz_parallel_end()
 * @count: number of jobs
 * @threads: number of threads; zero: one
 * @total: sum of the sizes of all jobs, for progress
 * @run: runs a job, in any thread
 * @data: passed to @run
 *
 * Return: a handle for sgz_parallel_end(), or NULL if memory is short.
 */
struct sgz_parallel *sgz_parallel_start(const struct sgz_context *ctx,
					size_t count, unsigned int threads,
					uint64_t total, sgz_parallel_fn run,
					void *data);

/**
 * sgz_parallel_wait() - wait until a job has ended
 * @p: the handle
 * @nr: number of the job
 *
 * The call passes the warnings of the job to the caller of the library.
 *
 * Return: what the job returned; the error text is that of the job.
 */
int sgz_parallel_wait(struct sgz_parallel *p, size_t nr);

/**
 * sgz_parallel_end() - wait for the jobs that run, and release
 * @p: the handle, or NULL
 *
 * Jobs that were not started do not run.
 */
void sgz_parallel_end(struct sgz_parallel *p);

#endif /* SGZ_BASE_PARALLEL_H */
