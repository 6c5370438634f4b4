// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mount.stargz: allocations that exit on failure.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "msg.h"
#include "xalloc.h"

static void out_of_memory(void)
{
	msg_error(NULL, "%s", strerror(ENOMEM));
	exit(MOUNT_SYSTEM);
}

void *xrealloc(void *ptr, size_t size)
{
	ptr = realloc(ptr, size);
	if (!ptr)
		out_of_memory();
	return ptr;
}

static char *format(const char *fmt, va_list args)
{
	char *text;

	if (vasprintf(&text, fmt, args) < 0)
		out_of_memory();
	return text;
}

char *xasprintf(const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = format(fmt, args);
	va_end(args);
	return text;
}

char *xappend(char *text, const char *fmt, ...)
{
	size_t len = strlen(text);
	va_list args;
	char *more;

	va_start(args, fmt);
	more = format(fmt, args);
	va_end(args);
	text = xrealloc(text, len + strlen(more) + 1);
	strcpy(text + len, more);
	free(more);
	return text;
}

char *xabsolute(const char *path)
{
	char *cwd, *abs;

	if (path[0] == '/')
		return xasprintf("%s", path);
	cwd = getcwd(NULL, 0);
	if (!cwd) {
		msg_error(path, "current directory: %s", strerror(errno));
		exit(MOUNT_SYSTEM);
	}
	abs = xasprintf("%s/%s", strcmp(cwd, "/") ? cwd : "", path);
	free(cwd);
	return abs;
}
