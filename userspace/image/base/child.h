/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: other programs: skopeo, ctr and systemctl.
 */
#ifndef IMAGE_CHILD_H
#define IMAGE_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/**
 * struct child - a program that runs
 * @program: its name
 * @pid: the process
 * @out: its standard output, or -1
 * @err: its standard error, a file in memory
 */
struct child {
	const char *program;
	pid_t pid;
	int out;
	int err;
};

/** child_is_installed() - is a program in a directory of PATH? */
bool child_is_installed(const char *program);

/**
 * child_start() - start a program, which gets SIGTERM if this one ends
 * @child: filled in, on success only
 * @argv: name and arguments
 * @in: its standard input, or -1: none
 * @output: read its standard output; else it is discarded
 *
 * Return: 0, or a negative errno: -ENOENT if there is no such program.
 */
int child_start(struct child *child, const char *const *argv, int in,
		bool output);

/**
 * child_read() - read the output of a program up to its end
 * @child: the program
 * @max: most bytes to keep; the rest is discarded
 * @len: set to the number of bytes
 *
 * Return: the bytes and a NUL, allocated.
 */
char *child_read(struct child *child, size_t max, size_t *len);

/**
 * child_ended() - has a program ended?
 * @child: the program
 * @status: set to its status
 *
 * Return: true if so.
 */
bool child_ended(const struct child *child, int *status);

/**
 * child_end() - release a program that has ended
 * @child: the program
 *
 * Return: the last line of its standard error, allocated; empty if it has none.
 */
char *child_end(struct child *child);

/** child_wait() - wait for the end of a program; returns its status */
int child_wait(const struct child *child);

#endif /* IMAGE_CHILD_H */
