/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Output files. A regular file appears whole or not at all; anything else, a
 * pipe or a device, is written in place.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <sys/stat.h>

/* Maximum number of open outputs. */
#define OUTPUTS_MAX	4

/* Flags of output_open() */
#define OUTPUT_BINARY	0x01	/* never to a terminal */
#define OUTPUT_FORCE	0x02	/* overwrite a device that has data on it */

/**
 * struct output - a file being written
 * @fd: write here; -1 if it is not open
 * @path: its name as the user gave it
 * @why: why the last call failed
 * @temp: name of the temporary file, or NULL if the file is written in place
 * @old: the file that @path names before it is replaced; st_mode is zero if
 *	there is none
 * @dir: for output.c: the folder of the final name
 * @name: for output.c: that name in the folder
 * @slot: for output.c: place in the list of temporary files
 */
struct output {
	int fd;
	const char *path;
	char why[200];
	char *temp;
	struct stat old;
	int dir;
	char *name;
	int slot;
};

/* An output that is not open; output_drop() of it does nothing. */
#define OUTPUT_INIT	{ .fd = -1, .dir = -1, .slot = -1 }

/**
 * output_open() - start writing a file
 * @out: %OUTPUT_INIT
 * @path: its name; "-" is standard output, as are /dev/stdout and /dev/fd/1. A
 *	symbolic link is followed. Kept as long as @out is open
 * @flags: OUTPUT_*
 *
 * The temporary file lies in the folder of the file it replaces, and has that
 * file's permissions and, where allowed, its owner. It is removed when the
 * program exits or a signal ends it. A block device is claimed, so one that is
 * mounted or otherwise in use is refused; so is one with a known signature,
 * unless @flags have %OUTPUT_FORCE.
 *
 * Return: 0, or -1 with @out->why set.
 */
int output_open(struct output *out, const char *path, unsigned int flags);

/**
 * output_is_file() - would the output replace or overwrite a file?
 * @out: open
 * @st: the file
 *
 * Return: true if @st is the file that the output's name stands for, the
 * temporary file or the device that is written.
 */
bool output_is_file(const struct output *out, const struct stat *st);

/**
 * output_reads() - would the output replace or overwrite a file that is read?
 * @out: open
 * @input: name of the file; "-" is standard input. A directory or a name without
 *	a file is none
 *
 * Return: true with @out->why set if so.
 */
bool output_reads(struct output *out, const char *input);

/**
 * output_is_seekable() - can an open output be read from its start on?
 * @out: open
 *
 * Return: true for a regular file or block device that has a name of its own.
 */
bool output_is_seekable(const struct output *out);

/** output_is_stdout() - does an open output write to standard output? */
bool output_is_stdout(const struct output *out);

/**
 * output_is_same() - do two outputs have the same destination?
 * @a: open or not
 * @b: likewise
 *
 * Return: true with @b->why set if so.
 */
bool output_is_same(const struct output *a, struct output *b);

/**
 * output_keep() - give the file its name and close it
 * @out: open, with all bytes written
 *
 * The function syncs the bytes, then the name, before it returns. If the name
 * cannot be given to another file, or the file has other hard links, it replaces
 * the content of the file instead.
 *
 * Return: 0, or -1 with @out->why set and the temporary file removed.
 */
int output_keep(struct output *out);

/** output_drop() - close and discard; bytes written in place stay */
void output_drop(struct output *out);

#endif /* OUTPUT_H */
