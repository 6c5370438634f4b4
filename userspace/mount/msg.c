// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mount.stargz: messages to the user.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "message.h"
#include "msg.h"

static const char *program = MSG_PROGRAM;
static bool verbose;

void msg_set_program(const char *name)
{
	program = name;
}

void msg_set_verbose(void)
{
	verbose = true;
}

bool msg_verbose(void)
{
	return verbose;
}

void msg_error(const char *path, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	message_vprint(stderr, program, path, fmt, args);
	va_end(args);
}

void msg_note(const char *path, const char *fmt, ...)
{
	va_list args;

	if (!verbose)
		return;
	va_start(args, fmt);
	message_vprint(stdout, program, path, fmt, args);
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
