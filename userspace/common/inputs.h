/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that are looked at: the options that say how, and opening them.
 */
#ifndef INPUTS_H
#define INPUTS_H

#include <stdbool.h>
#include <stddef.h>

#include "names.h"
#include "stargz/open.h"

/*
 * Values in getopt_long(3)'s table of these options: --index=FILE,
 * --device=FILE, --toc-digest=D, --annotation=KEY=VALUE, --raw. They are above
 * those of a program's own.
 */
enum { INPUT_INDEX = 1000, INPUT_DEVICE, INPUT_TOC_DIGEST, INPUT_ANNOTATION,
	INPUT_RAW };

/**
 * struct inputs - what the command line says about files
 * @index: index of the only file, or NULL
 * @devices: other blobs of the index
 */
struct inputs {
	const char *index;
	struct names devices;
};

/**
 * inputs_option() - take an option
 * @in: gets it
 * @opt: likewise
 * @c: what getopt_long(3) returned
 *
 * Return: NULL if it was taken, else why its value is wrong.
 */
const char *inputs_option(struct inputs *in, struct stargz_index_options *opt,
			  int c);

/** inputs_single() - is anything said that is about one file only? */
bool inputs_single(const struct inputs *in,
		   const struct stargz_index_options *opt);

/**
 * struct inputs_file - a file that is looked at
 * @opened: what it holds, or NULL
 * @fds: the sources that a mount would have, the index first
 * @count: how many
 */
struct inputs_file {
	struct stargz_opened *opened;
	int *fds;
	size_t count;
};

/**
 * inputs_open() - open a file and what belongs to it
 * @input: zeroed; to be closed in any case
 * @in: the options
 * @path: the file
 * @prog: name of the program, for messages
 *
 * Return: 0, or -1 after a message.
 */
int inputs_open(struct inputs_file *input, const struct inputs *in,
		const char *path, const char *prog);

/**
 * inputs_check() - is what was given as an index one?
 * @input: opened
 * @in: the options
 * @err: filled on failure
 *
 * Return: 0, also if nothing was given, or a negative errno.
 */
int inputs_check(const struct inputs_file *input, const struct inputs *in,
		 struct stargz_error *err);

/** inputs_close() - release */
void inputs_close(struct inputs_file *input);

#endif /* INPUTS_H */
