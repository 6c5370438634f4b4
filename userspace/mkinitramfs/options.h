/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-mkinitramfs: the command line.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "exitcode.h"
#include "names.h"

#define PROG	"stargz-mkinitramfs"

/* Values of settings.compress, in the order of the words. */
enum compression {
	COMPRESS_GZIP,
	COMPRESS_ZSTD,
	COMPRESS_XZ,
	COMPRESS_NONE,
};

/**
 * struct settings - the command line
 * @kernel: release of the kernel
 * @root: directory that has the modules below lib/modules, or NULL: /
 * @modules: names and files of further modules
 * @no_modules: the kernel has everything built in
 * @init: file of the init, or NULL: the installed one
 * @output: file to write
 * @compress: enum compression
 * @force: overwrite a device that has data on it
 * @verbose: list the modules
 * @time: time of all entries, seconds since the epoch
 */
struct settings {
	const char *kernel;
	const char *root;
	struct names modules;
	bool no_modules;
	const char *init;
	const char *output;
	uint32_t compress;
	bool force;
	bool verbose;
	int64_t time;
};

/** options_parse() - returns -1 to continue, else the exit code */
int options_parse(struct settings *s, int argc, char **argv);

#endif /* OPTIONS_H */
