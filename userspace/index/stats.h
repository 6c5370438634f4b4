/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What --stats and --json print.
 */
#ifndef STATS_H
#define STATS_H

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "stargz/index.h"

/**
 * stats_print() - print what an index holds, and what it took to make it
 * @to: where
 * @st: what it holds
 * @start: when the work began, by the monotonic clock
 * @json: as JSON
 */
void stats_print(FILE *to, const struct stargz_index_stats *st,
		 const struct timespec *start, bool json);

#endif /* STATS_H */
