/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fsck.stargz: the command line.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "bar.h"
#include "inputs.h"

#define PROG	"fsck.stargz"

/* Bits of the exit status, as in fsck(8). */
enum exit_code {
	EXIT_CLEAN = 0,
	EXIT_ERRORS = 4,	/* errors left uncorrected */
	EXIT_OPERATION = 8,	/* operational error */
	EXIT_USAGE = 16,
};

/**
 * struct settings - the command line
 * @opt: options for the library
 * @files: the files to check
 * @count: number of @files
 * @inputs: options about the files
 * @extract: folder to extract into, or NULL
 * @path: path to extract, or NULL: the whole tree
 * @threads: number of threads that decode
 * @full: decode all content
 * @overwrite: replace existing files in @extract
 * @quiet: print only faults
 * @verbose: print spans and bytes of a clean file
 * @json: print the results as JSON
 * @now: the current file, for messages
 * @bar: the progress bar
 */
struct settings {
	struct stargz_index_options opt;
	char **files;
	size_t count;
	struct inputs inputs;
	const char *extract;
	const char *path;
	unsigned int threads;
	bool full;
	bool overwrite;
	bool quiet;
	bool verbose;
	bool json;
	const char *now;
	struct bar bar;
};

/** options_parse() - returns -1 to continue, else the exit code */
int options_parse(struct settings *s, int argc, char **argv);

#endif /* OPTIONS_H */
