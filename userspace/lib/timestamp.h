/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Times: from RFC 3339 to what the index holds.
 */
#ifndef SGZ_TIMESTAMP_H
#define SGZ_TIMESTAMP_H

#include <stdint.h>

/* Nanoseconds since STARGZ_TIME_BASE of the Unix epoch. */
#define SGZ_EPOCH	((uint64_t)-(STARGZ_TIME_BASE) * 1000000000u)

/**
 * enum sgz_time_result - what became of a time
 * @SGZ_TIME_OK: it was converted
 * @SGZ_TIME_CLAMPED: it is out of range; the nearest one was taken
 * @SGZ_TIME_BAD: it is not a time; the epoch was taken
 */
enum sgz_time_result {
	SGZ_TIME_OK,
	SGZ_TIME_CLAMPED,
	SGZ_TIME_BAD,
};

/**
 * sgz_time_parse() - convert an RFC 3339 time
 * @text: the time; Go's zero time, 0001-01-01T00:00:00Z, means none
 * @time: nanoseconds since STARGZ_TIME_BASE
 *
 * Return: what became of it.
 */
enum sgz_time_result sgz_time_parse(const char *text, uint64_t *time);

#endif /* SGZ_TIMESTAMP_H */
