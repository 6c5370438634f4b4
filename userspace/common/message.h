/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages to the user, one line each.
 */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <stdarg.h>
#include <stdio.h>

/**
 * message_vprint() - print "program: path: text" and a newline
 * @out: stream
 * @program: name of the program
 * @path: file, device or directory the text is about, or NULL
 * @fmt: printf format of the text
 * @args: its arguments
 *
 * Control characters in @path and in the text are printed as \NNN, in octal,
 * so that a message is one line for any name of a file.
 */
void message_vprint(FILE *out, const char *program, const char *path,
		    const char *fmt, va_list args)
	__attribute__((format(printf, 4, 0)));

/**
 * message_error() - print "program: text" on standard error
 * @program: name of the program
 * @fmt: printf format of the text
 *
 * See message_vprint().
 */
void message_error(const char *program, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* MESSAGE_H */
