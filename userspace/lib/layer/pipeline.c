// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Jobs are a ring: the caller fills the job at @head, the threads take the jobs
 * between @next and @head, and the job at @tail is the next to complete. The
 * lock protects these numbers and the states of jobs. The rest of a job belongs
 * to its owner.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "layer/pipeline.h"
#include "layer/toc_entry.h"

/* Maximum size of all jobs in bytes, unless each thread needs more. */
#define MEMORY_MAX	(96u << 20)

struct worker {
	struct sgz_pipeline *pipe;
	struct sgz_compressor compressor;
	struct sgz_copier copier;
	pthread_t thread;
};

struct sgz_pipeline {
	const struct sgz_context *ctx;
	const struct sgz_reuse *reuse;
	sgz_job_done done;
	void *data;
	struct worker *workers;
	unsigned int started;
	struct sgz_job *jobs;
	size_t count;
	uint64_t head;
	uint64_t next;
	uint64_t tail;
	bool stop;
	pthread_mutex_t lock;
	pthread_cond_t filled;
	pthread_cond_t finished;
};

static struct sgz_job *job_at(const struct sgz_pipeline *pipe, uint64_t n)
{
	return &pipe->jobs[n % pipe->count];
}

/* The next job for a worker, or NULL at the end. */
static struct sgz_job *take(struct sgz_pipeline *pipe)
{
	struct sgz_job *job = NULL;

	pthread_mutex_lock(&pipe->lock);
	while (!pipe->stop && pipe->next == pipe->head)
		pthread_cond_wait(&pipe->filled, &pipe->lock);
	if (!pipe->stop) {
		job = job_at(pipe, pipe->next++);
		job->state = SGZ_JOB_RUNS;
	}
	pthread_mutex_unlock(&pipe->lock);
	return job;
}

static void *work(void *arg)
{
	struct worker *w = arg;
	struct sgz_job *job;

	while ((job = take(w->pipe))) {
		job->error = 0;
		if (!sgz_reuse_copy(w->pipe->reuse, &w->copier, job))
			job->error = sgz_compress(&w->compressor, job->bytes,
						  job->len, &job->out);
		pthread_mutex_lock(&w->pipe->lock);
		job->state = SGZ_JOB_DONE;
		pthread_cond_signal(&w->pipe->finished);
		pthread_mutex_unlock(&w->pipe->lock);
	}
	return NULL;
}

static int start(struct sgz_pipeline *pipe, const struct sgz_compression *how,
		 unsigned int workers)
{
	for (unsigned int i = 0; i < workers; i++) {
		struct worker *w = &pipe->workers[i];
		int ret;

		w->pipe = pipe;
		if (!sgz_compressor_open(&w->compressor, how)) {
			sgz_compressor_close(&w->compressor);
			return sgz_nomem(pipe->ctx);
		}
		ret = pthread_create(&w->thread, NULL, work, w);
		if (ret) {
			sgz_compressor_close(&w->compressor);
			return sgz_fail(pipe->ctx, -ret, "thread: %s",
					strerror(ret));
		}
		pipe->started++;
	}
	return 0;
}

static int open_jobs(struct sgz_pipeline *pipe, unsigned int workers,
		     size_t room)
{
	size_t most = MEMORY_MAX / (2 * room);

	pipe->count = 2 * workers + 2;
	if (pipe->count > most)
		pipe->count = most > workers + 1 ? most : workers + 1;
	pipe->workers = calloc(workers, sizeof(*pipe->workers));
	pipe->jobs = calloc(pipe->count, sizeof(*pipe->jobs));
	if (!pipe->workers || !pipe->jobs)
		return sgz_nomem(pipe->ctx);
	for (size_t i = 0; i < pipe->count; i++) {
		pipe->jobs[i].bytes = malloc(room);
		pipe->jobs[i].room = room;
		if (!pipe->jobs[i].bytes)
			return sgz_nomem(pipe->ctx);
	}
	return 0;
}

int sgz_pipeline_open(struct sgz_pipeline **pipe, const struct sgz_context *ctx,
		      const struct sgz_compression *how,
		      const struct sgz_reuse *reuse, unsigned int workers,
		      size_t room, sgz_job_done done, void *data)
{
	struct sgz_pipeline *p = calloc(1, sizeof(*p));
	int ret;

	if (!p)
		return sgz_nomem(ctx);
	p->ctx = ctx;
	p->reuse = reuse;
	p->done = done;
	p->data = data;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->filled, NULL);
	pthread_cond_init(&p->finished, NULL);
	ret = open_jobs(p, workers, room);
	if (!ret)
		ret = start(p, how, workers);
	if (ret)
		sgz_pipeline_close(p);
	else
		*pipe = p;
	return ret;
}

/* Wait for the oldest job and pass it to the callback. */
static int pass_on(struct sgz_pipeline *pipe)
{
	struct sgz_job *job = job_at(pipe, pipe->tail);
	int ret;

	pthread_mutex_lock(&pipe->lock);
	while (job->state != SGZ_JOB_DONE)
		pthread_cond_wait(&pipe->finished, &pipe->lock);
	pthread_mutex_unlock(&pipe->lock);
	if (job->error)
		return sgz_nomem(pipe->ctx);
	ret = pipe->done(pipe->data, job);
	if (ret)
		return ret;
	job->state = SGZ_JOB_FREE;
	job->len = 0;
	job->records.count = 0;
	pipe->tail++;
	return 0;
}

struct sgz_job *sgz_pipeline_get(struct sgz_pipeline *pipe)
{
	if (pipe->head - pipe->tail == pipe->count && pass_on(pipe))
		return NULL;
	return job_at(pipe, pipe->head);
}

void sgz_pipeline_put(struct sgz_pipeline *pipe)
{
	pthread_mutex_lock(&pipe->lock);
	job_at(pipe, pipe->head++)->state = SGZ_JOB_WAITS;
	pthread_cond_signal(&pipe->filled);
	pthread_mutex_unlock(&pipe->lock);
}

int sgz_pipeline_end(struct sgz_pipeline *pipe)
{
	struct sgz_job *last = job_at(pipe, pipe->head);

	while (pipe->tail != pipe->head) {
		int ret = pass_on(pipe);

		if (ret)
			return ret;
	}
	/* The buffer still holds the member of an earlier job. */
	last->out.count = 0;
	return last->records.count ? pipe->done(pipe->data, last) : 0;
}

void sgz_pipeline_close(struct sgz_pipeline *pipe)
{
	pthread_mutex_lock(&pipe->lock);
	pipe->stop = true;
	pthread_cond_broadcast(&pipe->filled);
	pthread_mutex_unlock(&pipe->lock);
	for (unsigned int i = 0; i < pipe->started; i++) {
		pthread_join(pipe->workers[i].thread, NULL);
		sgz_compressor_close(&pipe->workers[i].compressor);
		sgz_copier_close(&pipe->workers[i].copier);
	}
	for (size_t i = 0; pipe->jobs && i < pipe->count; i++) {
		free(pipe->jobs[i].bytes);
		sgz_vec_free(&pipe->jobs[i].out);
		sgz_records_free(&pipe->jobs[i].records);
	}
	free(pipe->jobs);
	free(pipe->workers);
	pthread_mutex_destroy(&pipe->lock);
	pthread_cond_destroy(&pipe->filled);
	pthread_cond_destroy(&pipe->finished);
	free(pipe);
}
