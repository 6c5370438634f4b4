/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-index: the command line.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "bar.h"
#include "exitcode.h"
#include "names.h"
#include "stargz/index.h"

#define PROG	"stargz-index"

/**
 * struct settings - the command line, and data for messages
 * @opt: options for the library
 * @properties: texts for @opt.properties
 * @edit: the only layer is an index, to be changed or to print its digest
 * @layers: the layers below, lowest first, then the blobs; the array is owned
 * @count: number of @layers
 * @below: number of layers below
 * @output: file to write, or NULL
 * @digest: print the digest of the index
 * @stats: print statistics
 * @json: print them as JSON
 * @force: overwrite a device that has data on it
 * @quiet: neither warnings nor a progress bar
 * @verbose: report the output
 * @bar: the progress bar
 */
struct settings {
	struct stargz_index_options opt;
	struct names properties;
	bool edit;
	const char **layers;
	size_t count;
	size_t below;
	const char *output;
	bool digest;
	bool stats;
	bool json;
	bool force;
	bool quiet;
	bool verbose;
	struct bar bar;
};

/** options_parse() - returns -1 to continue, else the exit code */
int options_parse(struct settings *s, int argc, char **argv);

/**
 * options_check_edit() - check the options for an index that exists already
 * @s: the command line; the only layer is an index
 *
 * Return: -1 to continue, else the exit code, after a message.
 */
int options_check_edit(const struct settings *s);

#endif /* OPTIONS_H */
