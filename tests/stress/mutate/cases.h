/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mutate: the input of the worker, and its results in shared memory.
 */
#ifndef CASES_H
#define CASES_H

#include <sys/types.h>

#include "mutate.h"

enum mode {
	MODE_FIELDS,		/* a value in a field, or in a stream */
	MODE_DIGEST,		/* the same, mounted with the index's digest */
	MODE_BITS,		/* each bit, mounted with verify=digest */
};

struct plan {
	const char *dir, *state;
	enum mode mode;
	uint64_t seed, first, end, step;
	double until;
	bool verbose;
};

struct report {
	double started;
	volatile double since;		/* when the case began; 0: none has */
	volatile unsigned long number;
	volatile bool learning;		/* no lie has been told yet */
	char what[256];
	pid_t reader[READERS + 1];	/* the last one is to be killed */
	unsigned long done, refused, failed, fine, killed, complaints;
	unsigned long kill_us, slowest, slowest_us;
};

/* Other modes than MODE_FIELDS use only the seeds that have digests. */
void cases_add_seed(const char *folder, char *line, const char *copies,
		    enum mode mode);
void cases_list(const struct plan *plan);
void cases_run(const struct plan *plan, struct report *report);

#endif /* CASES_H */
