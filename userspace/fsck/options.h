/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the user of fsck.stargz asked for.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "bar.h"
#include "inputs.h"

#define PROG	"fsck.stargz"

/* Exit status as fsck(8) has it; bits. */
enum exit_code {
	EXIT_CLEAN = 0,
	EXIT_ERRORS = 4,	/* errors left uncorrected */
	EXIT_OPERATION = 8,	/* the work could not be done */
	EXIT_USAGE = 16,
};

/**
 * struct settings - the command line
 * @opt: for the library
 * @files: what is checked
 * @count: how many
 * @inputs: what else belongs to them
 * @extract: folder to extract into, or NULL
 * @path: what to extract, or NULL: all
 * @threads: how many decode
 * @full: decode all content
 * @overwrite: replace what exists where it is extracted to
 * @quiet: neither warnings nor a progress bar, nor a line when all is well
 * @verbose: say what is in there
 * @json: print the results as JSON
 * @now: the file at hand, for messages
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

/** options_parse() - returns -1 to go on, else the exit code */
int options_parse(struct settings *s, int argc, char **argv);

#endif /* OPTIONS_H */
