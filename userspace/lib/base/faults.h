/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The faults of a layer or an index, which several threads may find and
 * collect.
 */
#ifndef SGZ_BASE_FAULTS_H
#define SGZ_BASE_FAULTS_H

#include <pthread.h>

#include "base/context.h"
#include "base/memory.h"

/* Maximum number of faults to keep; further ones are only counted. */
#define SGZ_FAULTS_KEPT	1000

/**
 * struct sgz_fault - one fault
 * @order: faults are reported in the order of this number
 * @code: negative errno
 * @text: description, one line
 */
struct sgz_fault {
	uint64_t order;
	int code;
	char *text;
};

/**
 * struct sgz_faults - collected faults
 * @lock: protects the other fields while threads run
 * @list: struct sgz_fault, the first ones that were added
 * @count: number of faults, including those that are not in @list
 */
struct sgz_faults {
	pthread_mutex_t lock;
	struct sgz_vec list;
	uint64_t count;
};

#define SGZ_FAULTS_INIT	{ .lock = PTHREAD_MUTEX_INITIALIZER }

/** sgz_faults_add() - add a fault; if memory is short it is only counted */
void sgz_faults_add(struct sgz_faults *faults, uint64_t order, int code,
		    const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/** sgz_faults_full() - would the text of one more not be kept? */
bool sgz_faults_full(struct sgz_faults *faults);

/** sgz_faults_sort() - sort the faults by their order */
void sgz_faults_sort(struct sgz_faults *faults);

/**
 * sgz_faults_tell() - pass the kept faults to a caller of the library
 * @faults: the faults; the function sorts them
 * @fault: called with each, or NULL
 * @data: passed to it
 */
void sgz_faults_tell(struct sgz_faults *faults,
		     void (*fault)(void *data, int code, const char *text),
		     void *data);

/** sgz_faults_fail() - fail with the first fault, if there is any */
int sgz_faults_fail(struct sgz_faults *faults, const struct sgz_context *ctx);

/** sgz_faults_free() - free the faults and empty the list */
void sgz_faults_free(struct sgz_faults *faults);

#endif /* SGZ_BASE_FAULTS_H */
