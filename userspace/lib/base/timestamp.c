// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Times as Go's encoder writes them, RFC 3339 with an optional
 * fraction and a zone, and as PAX headers have them.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/timestamp.h"
#include "stargz_fs.h"

#define NSEC	1000000000

/* @n digits, not below @min and not above @max. */
static bool digits(const char **p, int n, int min, int max, int *value)
{
	*value = 0;
	for (; n; n--, (*p)++) {
		if (!isdigit((unsigned char)**p))
			return false;
		*value = *value * 10 + (**p - '0');
	}
	return *value >= min && *value <= max;
}

static bool literal(const char **p, const char *any)
{
	if (!**p || !strchr(any, **p))
		return false;
	(*p)++;
	return true;
}

static bool fraction(const char **p, int64_t *nsec)
{
	int64_t unit = NSEC / 10;

	*nsec = 0;
	if (!literal(p, ".,"))
		return true;
	if (!isdigit((unsigned char)**p))
		return false;
	for (; isdigit((unsigned char)**p); (*p)++, unit /= 10)
		*nsec += unit * (**p - '0');
	return true;
}

static bool zone(const char **p, int64_t *offset)
{
	int hours, minutes;
	bool west;

	*offset = 0;
	if (literal(p, "Zz"))
		return true;
	west = **p == '-';
	if (!literal(p, "+-") || !digits(p, 2, 0, 23, &hours) ||
	    !literal(p, ":") || !digits(p, 2, 0, 59, &minutes))
		return false;
	*offset = (hours * 60 + minutes) * 60;
	if (west)
		*offset = -*offset;
	return true;
}

static bool date_and_time(const char **p, struct tm *tm)
{
	if (!digits(p, 4, 0, 9999, &tm->tm_year) || !literal(p, "-") ||
	    !digits(p, 2, 1, 12, &tm->tm_mon) || !literal(p, "-") ||
	    !digits(p, 2, 1, 31, &tm->tm_mday) || !literal(p, "Tt") ||
	    !digits(p, 2, 0, 23, &tm->tm_hour) || !literal(p, ":") ||
	    !digits(p, 2, 0, 59, &tm->tm_min) || !literal(p, ":") ||
	    !digits(p, 2, 0, 60, &tm->tm_sec))
		return false;
	tm->tm_year -= 1900;
	tm->tm_mon -= 1;
	return true;
}

enum sgz_time_result sgz_time_convert(int64_t sec, uint32_t nsec,
				      uint64_t *time)
{
	if (sec < STARGZ_TIME_BASE) {
		*time = 0;
		return SGZ_TIME_CLAMPED;
	}
	if (sec >= STARGZ_TIME_MAX) {
		*time = (uint64_t)(STARGZ_TIME_MAX - STARGZ_TIME_BASE) * NSEC;
		return SGZ_TIME_CLAMPED;
	}
	*time = (uint64_t)(sec - STARGZ_TIME_BASE) * NSEC + nsec;
	return SGZ_TIME_OK;
}

enum sgz_time_result sgz_time_parse(const char *text, uint64_t *time)
{
	struct tm tm = { 0 };
	int64_t sec, nsec, offset;

	*time = SGZ_EPOCH;
	if (!strcmp(text, "0001-01-01T00:00:00Z"))
		return SGZ_TIME_OK;
	if (!date_and_time(&text, &tm) || !fraction(&text, &nsec) ||
	    !zone(&text, &offset) || *text)
		return SGZ_TIME_BAD;
	sec = timegm(&tm) - offset;
	return sgz_time_convert(sec, nsec, time);
}

/* Digits from @p on; stops growing where the index's range ends. */
static int64_t whole_seconds(const char **p, const char *end)
{
	int64_t sec = 0;

	for (; *p < end && isdigit((unsigned char)**p); (*p)++)
		if (sec <= STARGZ_TIME_MAX)
			sec = sec * 10 + (**p - '0');
	return sec;
}

enum sgz_time_result sgz_time_decimal(const char *text, size_t len,
				      uint64_t *time)
{
	const char *end = text + len;
	bool negative = len && *text == '-', rest = false;
	int64_t sec, nsec = 0, unit = NSEC / 10;

	*time = SGZ_EPOCH;
	text += negative;
	if (text == end || (!isdigit((unsigned char)*text) && *text != '.'))
		return SGZ_TIME_BAD;
	sec = whole_seconds(&text, end);
	if (text < end && *text == '.')
		for (text++; text < end && isdigit((unsigned char)*text);
		     text++, unit /= 10) {
			nsec += unit * (*text - '0');
			rest |= !unit && *text != '0';
		}
	if (text != end)
		return SGZ_TIME_BAD;
	if (!negative)
		return sgz_time_convert(sec, nsec, time);
	nsec += rest;
	return sgz_time_convert(-sec - (nsec > 0), nsec ? NSEC - nsec : 0,
				time);
}

void sgz_time_text(char text[STARGZ_TIME_TEXT], uint64_t time)
{
	time_t sec = time / NSEC + STARGZ_TIME_BASE;
	unsigned int nsec = time % NSEC;
	struct tm tm;
	size_t n;

	gmtime_r(&sec, &tm);
	n = strftime(text, STARGZ_TIME_TEXT, "%Y-%m-%dT%H:%M:%S", &tm);
	if (nsec) {
		n += snprintf(text + n, STARGZ_TIME_TEXT - n, ".%09u", nsec);
		while (text[n - 1] == '0')
			n--;
	}
	strcpy(text + n, "Z");
}

void stargz_time_text(char text[STARGZ_TIME_TEXT], int64_t sec, uint32_t nsec)
{
	uint64_t time;

	sgz_time_convert(sec, nsec, &time);
	sgz_time_text(text, time);
}
