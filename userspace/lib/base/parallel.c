// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Locking: the lock protects @next, and all members of a job but @err and
 * @reported, which belong to the thread that runs the job until @ended is set.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "base/parallel.h"

/* Time between two reports of progress. */
#define REPORT_NS	100000000l

/**
 * struct job - a job
 * @p: all jobs
 * @err: its error text
 * @reported: bytes of it that are counted as done
 * @warnings: its warnings, each with its NUL
 * @ret: what it returned
 * @ended: it has ended
 */
struct job {
	struct sgz_parallel *p;
	struct stargz_error err;
	uint64_t reported;
	struct sgz_vec warnings;
	int ret;
	bool ended;
};

/**
 * struct sgz_parallel - jobs, and the threads that run them
 * @ctx: the call
 * @run: runs a job
 * @data: passed to @run
 * @lock: see above
 * @changed: a job has ended
 * @jobs: the jobs
 * @count: number of @jobs
 * @next: number of the next job to start
 * @threads: the threads
 * @running: number of @threads
 * @done: bytes of all jobs that are done
 * @total: bytes of all jobs
 */
struct sgz_parallel {
	const struct sgz_context *ctx;
	sgz_parallel_fn run;
	void *data;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct job *jobs;
	size_t count;
	size_t next;
	pthread_t *threads;
	unsigned int running;
	uint64_t done;
	uint64_t total;
};

static void on_warning(void *data, const char *line)
{
	struct job *job = data;
	size_t len = strlen(line) + 1;
	char *to = sgz_vec_add(&job->warnings, len, 1);

	if (to)
		memcpy(to, line, len);
}

/* The work of a job may have several passes, of which only the longest counts. */
static void on_progress(void *data, uint64_t done, uint64_t total)
{
	struct job *job = data;

	(void)total;
	if (done <= job->reported)
		return;
	pthread_mutex_lock(&job->p->lock);
	job->p->done += done - job->reported;
	pthread_mutex_unlock(&job->p->lock);
	job->reported = done;
}

static void run_job(struct sgz_parallel *p, size_t nr)
{
	struct job *job = &p->jobs[nr];
	const struct sgz_context ctx = {
		&job->err, on_warning, on_progress, job,
	};
	int ret = p->run(p->data, &ctx, nr);

	pthread_mutex_lock(&p->lock);
	job->ret = ret;
	job->ended = true;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
}

/* Take the next job. Returns false if there is none. */
static bool take(struct sgz_parallel *p, size_t *nr)
{
	bool more;

	pthread_mutex_lock(&p->lock);
	*nr = p->next;
	more = p->next < p->count;
	p->next += more;
	pthread_mutex_unlock(&p->lock);
	return more;
}

static void *work(void *data)
{
	size_t nr;

	while (take(data, &nr))
		run_job(data, nr);
	return NULL;
}

static struct sgz_parallel *allocate(size_t count, unsigned int threads)
{
	struct sgz_parallel *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->jobs = calloc(count + 1, sizeof(*p->jobs));
	p->threads = calloc(threads, sizeof(*p->threads));
	if (p->jobs && p->threads)
		return p;
	free(p->jobs);
	free(p->threads);
	free(p);
	return NULL;
}

struct sgz_parallel *sgz_parallel_start(const struct sgz_context *ctx,
					size_t count, unsigned int threads,
					uint64_t total, sgz_parallel_fn run,
					void *data)
{
	unsigned int most = threads ? threads : 1;
	struct sgz_parallel *p;

	if (most > count)
		most = count;
	p = allocate(count, most + 1);
	if (!p)
		return NULL;
	p->ctx = ctx;
	p->run = run;
	p->data = data;
	p->count = count;
	p->total = total;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->changed, NULL);
	for (size_t i = 0; i < count; i++)
		p->jobs[i].p = p;
	while (p->running < most &&
	       !pthread_create(&p->threads[p->running], NULL, work, p))
		p->running++;
	return p;
}

/* Wait a moment for the end of a job. The caller has the lock. */
static void wait_a_moment(struct sgz_parallel *p)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += REPORT_NS;
	until.tv_sec += until.tv_nsec / 1000000000l;
	until.tv_nsec %= 1000000000l;
	pthread_cond_timedwait(&p->changed, &p->lock, &until);
}

static void wait_for(struct sgz_parallel *p, const struct job *job)
{
	pthread_mutex_lock(&p->lock);
	while (!job->ended) {
		uint64_t done;

		wait_a_moment(p);
		done = p->done < p->total ? p->done : p->total;
		pthread_mutex_unlock(&p->lock);
		sgz_progress(p->ctx, done, p->total);
		pthread_mutex_lock(&p->lock);
	}
	pthread_mutex_unlock(&p->lock);
}

int sgz_parallel_wait(struct sgz_parallel *p, size_t nr)
{
	struct job *job = &p->jobs[nr];
	const char *line = NULL;

	/* Without any thread, this one does the work. */
	if (!p->running)
		work(p);
	wait_for(p, job);
	for (size_t at = 0; at < job->warnings.count; at += strlen(line) + 1) {
		line = (const char *)job->warnings.data + at;
		sgz_warn(p->ctx, "%s", line);
	}
	sgz_vec_free(&job->warnings);
	if (job->ret)
		*p->ctx->err = job->err;
	return job->ret;
}

void sgz_parallel_end(struct sgz_parallel *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->next = p->count;
	pthread_mutex_unlock(&p->lock);
	for (unsigned int i = 0; i < p->running; i++)
		pthread_join(p->threads[i], NULL);
	for (size_t i = 0; i < p->count; i++)
		sgz_vec_free(&p->jobs[i].warnings);
	pthread_cond_destroy(&p->changed);
	pthread_mutex_destroy(&p->lock);
	free(p->threads);
	free(p->jobs);
	free(p);
}
