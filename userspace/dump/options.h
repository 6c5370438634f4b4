/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the user of dump.stargz asked for.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "bar.h"
#include "inputs.h"

#define PROG	"dump.stargz"

/* Exit status as diff(1) has it. */
enum exit_code {
	EXIT_SAME = 0,
	EXIT_DIFFERENT = 1,
	EXIT_TROUBLE = 2,
};

enum command {
	CMD_SUPERBLOCK,
	CMD_STATISTICS,
	CMD_LIST,
	CMD_STAT,
	CMD_EXTENTS,
	CMD_CAT,
	CMD_TOC,
	CMD_DUMP,
	CMD_DIFF,
	CMD_BLOB,
};

/**
 * struct settings - the command line
 * @opt: for the library
 * @command: what to do
 * @path: with what of the tree, or NULL: the root, or @ino
 * @ino: with which inode, if there is no @path; zero: the root
 * @blob: number of a blob
 * @recursive: list what is below, too
 * @json: print JSON
 * @files: what is looked at
 * @count: how many
 * @inputs: what else belongs to them
 * @output: where to, or NULL: standard output
 * @threads: how many decode
 * @quiet: neither warnings nor a progress bar
 * @now: the file at hand, for messages
 * @bar: the progress bar
 */
struct settings {
	struct stargz_index_options opt;
	enum command command;
	const char *path;
	uint32_t ino;
	uint32_t blob;
	bool recursive;
	bool json;
	char **files;
	size_t count;
	struct inputs inputs;
	const char *output;
	unsigned int threads;
	bool quiet;
	const char *now;
	struct bar bar;
};

/** options_parse() - returns -1 to go on, else the exit code */
int options_parse(struct settings *s, int argc, char **argv);

#endif /* OPTIONS_H */
