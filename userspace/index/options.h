/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-index: the command line.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "bar.h"
#include "stargz/index.h"

#define PROG	"stargz-index"

enum exit_code {
	EXIT_OK = 0,
	EXIT_USAGE = 1,
	EXIT_SYSTEM = 2,	/* a file could not be read or written */
	EXIT_FORMAT = 3,	/* unknown kind of layer */
	EXIT_REFUSED = 4,	/* damaged, wrong digest, too large */
};

/**
 * struct settings - the command line, and data for messages
 * @opt: options for the library
 * @layers: the layers below, lowest first, then the blobs; the array is owned
 * @count: number of @layers
 * @below: number of layers below
 * @output: file to write, or NULL
 * @stats: print statistics
 * @json: print them as JSON
 * @force: overwrite a device that has data on it
 * @quiet: neither warnings nor a progress bar
 * @verbose: report the output
 * @bar: the progress bar
 */
struct settings {
	struct stargz_index_options opt;
	const char **layers;
	size_t count;
	size_t below;
	const char *output;
	bool stats;
	bool json;
	bool force;
	bool quiet;
	bool verbose;
	struct bar bar;
};

/** options_parse() - returns -1 to continue, else the exit code */
int options_parse(struct settings *s, int argc, char **argv);

#endif /* OPTIONS_H */
