// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages to the user, one line each.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"

static void print_text(FILE *out, const char *text)
{
	for (; *text; text++)
		fprintf(out, iscntrl((unsigned char)*text) ? "\\%03o" : "%c",
			(unsigned char)*text);
}

void message_vprint(FILE *out, const char *program, const char *path,
		    const char *fmt, va_list args)
{
	char *text;

	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	fprintf(out, "%s: ", program);
	if (path) {
		print_text(out, path);
		fputs(": ", out);
	}
	print_text(out, text ? text : strerror(ENOMEM));
	fputc('\n', out);
	free(text);
}

void message_error(const char *program, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	message_vprint(stderr, program, NULL, fmt, args);
	va_end(args);
}
