// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: lines of a trace: "TASK-PID [CPU] FLAGS SECONDS: EVENT: FIELDS".
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace.h"

/* Bits of the minor number in a dev_t of the kernel. */
#define MINOR_BITS	20

uint64_t trace_dev(unsigned int major, unsigned int minor)
{
	return (uint64_t)major << MINOR_BITS | minor;
}

/* The fields of an event; sets its time. The name of a task may have any bytes. */
static const char *fields(const char *line, const char *name, double *time)
{
	const char *found = strstr(line, name), *at = found;
	char *end;

	if (!found)
		return NULL;
	while (at > line && at[-1] != ' ')
		at--;
	*time = strtod(at, &end);
	return end > at && end == found ? found + strlen(name) : NULL;
}

static bool parse_decode(const char *text, struct trace_event *event)
{
	unsigned int major, minor;
	int n = sscanf(text, "dev %u:%u span %" SCNu32
		       " clen %*u ulen %*u ns %*u err %d", &major, &minor,
		       &event->span, &event->err);

	event->dev = n == 4 ? trace_dev(major, minor) : 0;
	return n == 4;
}

static bool parse_complete(const char *text, struct trace_event *event)
{
	unsigned int major, minor;
	int n = sscanf(text, "dev %u:%u ino %" SCNu32 " pos %" SCNu64
		       " len %" SCNu64 " err %d", &major, &minor, &event->ino,
		       &event->pos, &event->len, &event->err);

	event->dev = n == 6 ? trace_dev(major, minor) : 0;
	return n == 6;
}

enum trace_kind trace_parse(const char *line, struct trace_event *event)
{
	const char *text;

	memset(event, 0, sizeof(*event));
	if (!strncmp(line, "CPU:", 4) && strstr(line, " [LOST "))
		return TRACE_LOST;
	text = fields(line, ": stargz_decode: ", &event->time);
	if (text)
		return parse_decode(text, event) ? TRACE_DECODE : TRACE_OTHER;
	text = fields(line, ": stargz_complete: ", &event->time);
	return text && parse_complete(text, event) ? TRACE_COMPLETE :
						     TRACE_OTHER;
}
