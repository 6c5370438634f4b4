// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mount.stargz: messages to the user.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "msg.h"

static bool verbose;

void msg_set_verbose(void)
{
	verbose = true;
}

bool msg_verbose(void)
{
	return verbose;
}

/* A message is one line, whatever is in the names of files. */
static void print_text(FILE *out, const char *text)
{
	for (; *text; text++)
		fprintf(out, iscntrl((unsigned char)*text) ? "\\%03o" : "%c",
			(unsigned char)*text);
}

static void __attribute__((format(printf, 3, 0)))
print(FILE *out, const char *path, const char *fmt, va_list args)
{
	char *text;

	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	fputs("mount.stargz: ", out);
	if (path) {
		print_text(out, path);
		fputs(": ", out);
	}
	print_text(out, text ? text : strerror(ENOMEM));
	fputc('\n', out);
	free(text);
}

void msg_error(const char *path, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print(stderr, path, fmt, args);
	va_end(args);
}

void msg_note(const char *path, const char *fmt, ...)
{
	va_list args;

	if (!verbose)
		return;
	va_start(args, fmt);
	print(stdout, path, fmt, args);
	va_end(args);
}

enum mount_exit msg_exit_of(int err)
{
	switch (err) {
	case ENOMEM:
	case EMFILE:
	case ENFILE:
		return MOUNT_SYSTEM;
	default:
		return MOUNT_FAILED;
	}
}
