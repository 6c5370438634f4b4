/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * What is wrong with a layer or an index: more than one thing, found by more
 * than one thread.
 */
#ifndef SGZ_BASE_FAULTS_H
#define SGZ_BASE_FAULTS_H

#include <pthread.h>

#include "base/context.h"
#include "base/memory.h"

/* So many are kept; more are only counted. */
#define SGZ_FAULTS_KEPT	1000

/**
 * struct sgz_fault - one thing that is wrong
 * @order: faults are told in the order of these numbers
 * @code: negative errno
 * @text: one line
 */
struct sgz_fault {
	uint64_t order;
	int code;
	char *text;
};

/**
 * struct sgz_faults - what was found
 * @lock: protects the rest while threads are at work
 * @list: struct sgz_fault, the first ones that were found
 * @count: how many there are, those not in @list too
 */
struct sgz_faults {
	pthread_mutex_t lock;
	struct sgz_vec list;
	uint64_t count;
};

#define SGZ_FAULTS_INIT	{ .lock = PTHREAD_MUTEX_INITIALIZER }

/** sgz_faults_add() - note a fault; without memory it is only counted */
void sgz_faults_add(struct sgz_faults *faults, uint64_t order, int code,
		    const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/** sgz_faults_sort() - bring them into their order */
void sgz_faults_sort(struct sgz_faults *faults);

/**
 * sgz_faults_tell() - hand the faults that are kept to a caller of the library
 * @faults: what was found; put in order
 * @fault: called with each, or NULL
 * @data: handed to it
 */
void sgz_faults_tell(struct sgz_faults *faults,
		     void (*fault)(void *data, int code, const char *text),
		     void *data);

/** sgz_faults_fail() - fail with the first one, if there is any */
int sgz_faults_fail(struct sgz_faults *faults, const struct sgz_context *ctx);

/** sgz_faults_free() - release, and be empty again */
void sgz_faults_free(struct sgz_faults *faults);

#endif /* SGZ_BASE_FAULTS_H */
