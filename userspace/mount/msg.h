/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.stargz: messages, and the exit statuses of mount(8).
 */
#ifndef MOUNT_MSG_H
#define MOUNT_MSG_H

#include <stdbool.h>

#define MSG_PROGRAM	"mount.stargz"

/**
 * enum mount_exit - exit statuses, as in mount(8)
 * @MOUNT_OK: success
 * @MOUNT_USAGE: wrong invocation, or missing permission
 * @MOUNT_SYSTEM: out of memory and the like
 * @MOUNT_INTERNAL: internal error
 * @MOUNT_INTERRUPTED: interrupted by the user
 * @MOUNT_FAILED: the mount failed
 */
enum mount_exit {
	MOUNT_OK		= 0,
	MOUNT_USAGE		= 1,
	MOUNT_SYSTEM		= 2,
	MOUNT_INTERNAL		= 4,
	MOUNT_INTERRUPTED	= 8,
	MOUNT_FAILED		= 32,
};

/**
 * msg_set_program() - name of the program in messages, %MSG_PROGRAM by default
 * @name: the name, which stays valid
 */
void msg_set_program(const char *name);

/**
 * msg_set_verbose() - enable msg_note()
 */
void msg_set_verbose(void);

/**
 * msg_verbose() - is msg_note() enabled?
 *
 * Return: true if so.
 */
bool msg_verbose(void);

/**
 * msg_error() - print an error in one line on standard error
 * @path: file, device or directory, or NULL
 * @fmt: printf format of the reason
 */
void msg_error(const char *path, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * msg_note() - with -v, print a note in one line on standard output
 * @path: file, device or directory
 * @fmt: printf format
 */
void msg_note(const char *path, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * msg_exit_of() - exit status for a failure before the mount call
 * @err: errno value
 *
 * Return: %MOUNT_SYSTEM if a resource is exhausted, else %MOUNT_FAILED.
 */
enum mount_exit msg_exit_of(int err);

#endif /* MOUNT_MSG_H */
