// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdint.h>
#include <time.h>

#include "tsc.h"

#ifdef __x86_64__
#include <x86intrin.h>

#define MEASURE_NS	20000000

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

unsigned long tsc_khz(void)
{
	uint64_t start = now(), ticks = __rdtsc(), ns;

	do
		ns = now() - start;
	while (ns < MEASURE_NS);
	ticks = __rdtsc() - ticks;
	return ticks * 1000000 / ns;
}
#else
unsigned long tsc_khz(void)
{
	return 0;
}
#endif
