/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mutate: the input of the worker, and its results in shared memory.
 */
#ifndef CASES_H
#define CASES_H

#include <sys/types.h>

#include "mutate.h"

struct plan {
	const char *dir, *state;
	uint64_t seed, first, end;
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

void cases_add_seed(const char *folder, char *line, const char *copies);
void cases_list(uint64_t seed, uint64_t first, uint64_t count);
void cases_run(const struct plan *plan, struct report *report);

#endif /* CASES_H */
