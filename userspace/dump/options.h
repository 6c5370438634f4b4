/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dump.stargz: the command line.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "bar.h"
#include "color.h"
#include "inputs.h"

#define PROG	"dump.stargz"

/* Exit status, as in diff(1). */
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
 * @opt: options for the library
 * @command: the command
 * @path: path in the tree, or NULL: use @ino
 * @ino: inode number, if @path is NULL; zero: the root
 * @blob: number of a blob
 * @recursive: also list the entries of directories
 * @json: print JSON
 * @color: &enum color_when, for differences
 * @files: the files to inspect
 * @count: number of @files
 * @inputs: options about the files
 * @output: file to write, or NULL: standard output
 * @threads: number of threads that decode
 * @quiet: neither warnings nor a progress bar
 * @now: the current file, for messages
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
	uint32_t color;
	char **files;
	size_t count;
	struct inputs inputs;
	const char *output;
	unsigned int threads;
	bool quiet;
	const char *now;
	struct bar bar;
};

/** options_parse() - returns -1 to continue, else the exit code */
int options_parse(struct settings *s, int argc, char **argv);

#endif /* OPTIONS_H */
