/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: the tracepoints of the kernel module, fs/stargz/trace.h.
 */
#ifndef IMAGE_TRACE_H
#define IMAGE_TRACE_H

#include <stdbool.h>
#include <stdint.h>

/**
 * enum trace_kind - kinds of lines of a trace
 * @TRACE_OTHER: anything else
 * @TRACE_LOST: events were lost
 * @TRACE_DECODE: a span was decoded
 * @TRACE_COMPLETE: the page cache got a part of a file
 */
enum trace_kind {
	TRACE_OTHER,
	TRACE_LOST,
	TRACE_DECODE,
	TRACE_COMPLETE,
};

/**
 * struct trace_event - an event
 * @time: seconds
 * @dev: device of the mount, as trace_dev()
 * @span: number of the span, of %TRACE_DECODE
 * @ino: inode number, of %TRACE_COMPLETE
 * @pos: first byte in the file
 * @len: number of bytes
 * @err: zero or a negative errno
 */
struct trace_event {
	double time;
	uint64_t dev;
	uint32_t span;
	uint32_t ino;
	uint64_t pos;
	uint64_t len;
	int err;
};

/** trace_dev() - device number of the kernel for a major and minor number */
uint64_t trace_dev(unsigned int major, unsigned int minor);

/**
 * trace_parse() - read a line of a trace
 * @line: the line, as trace_pipe has it
 * @event: filled in if the kind has it
 *
 * Return: the kind.
 */
enum trace_kind trace_parse(const char *line, struct trace_event *event);

#endif /* IMAGE_TRACE_H */
