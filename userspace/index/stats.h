/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The output of --stats and --json.
 */
#ifndef STATS_H
#define STATS_H

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "stargz/index.h"

/**
 * stats_print() - print statistics of an index, and the time and memory used
 * @to: file to print to
 * @st: the statistics
 * @start: start of the work, CLOCK_MONOTONIC
 * @json: print JSON
 */
void stats_print(FILE *to, const struct stargz_index_stats *st,
		 const struct timespec *start, bool json);

#endif /* STATS_H */
