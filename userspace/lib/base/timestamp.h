/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Times: from RFC 3339 and from seconds to what the index holds.
 */
#ifndef SGZ_BASE_TIMESTAMP_H
#define SGZ_BASE_TIMESTAMP_H

#include <stddef.h>
#include <stdint.h>

#include "stargz/text.h"

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

/**
 * sgz_time_convert() - a time in seconds, made fit for the index
 * @sec: seconds since the Unix epoch
 * @nsec: and nanoseconds, less than a second
 * @time: nanoseconds since STARGZ_TIME_BASE
 *
 * Return: %SGZ_TIME_OK or %SGZ_TIME_CLAMPED.
 */
enum sgz_time_result sgz_time_convert(int64_t sec, uint32_t nsec,
				      uint64_t *time);

/**
 * sgz_time_decimal() - convert a decimal time such as "-1.25"
 * @text: seconds since the Unix epoch; digits below a nanosecond round down
 * @len: bytes in @text
 * @time: nanoseconds since STARGZ_TIME_BASE
 *
 * Return: what became of it.
 */
enum sgz_time_result sgz_time_decimal(const char *text, size_t len,
				      uint64_t *time);

/**
 * sgz_time_text() - write a time as RFC 3339 in UTC
 * @text: gets it; with a fraction only if there is one
 * @time: nanoseconds since STARGZ_TIME_BASE
 */
void sgz_time_text(char text[STARGZ_TIME_TEXT], uint64_t time);

#endif /* SGZ_BASE_TIMESTAMP_H */
