/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files to inspect: their options, and opening them.
 */
#ifndef INPUTS_H
#define INPUTS_H

#include <stdbool.h>
#include <stddef.h>

#include "names.h"
#include "option_table.h"
#include "stargz/open.h"

/**
 * struct inputs - options about the files to inspect
 * @index: index of the only file, or NULL
 * @devices: other blobs of the index
 */
struct inputs {
	const char *index;
	struct names devices;
};

/**
 * inputs_annotation() - take an annotation of the manifest
 * @at: struct stargz_index_options
 * @value: "KEY=VALUE"
 *
 * Return: NULL, or the error text.
 */
const char *inputs_annotation(void *at, const struct option_value *value);

/*
 * Rows of tables of options, for settings of a type that has the member opt, a
 * struct stargz_index_options.
 */
#define INPUT_TOC_DIGEST(type)						\
	{ OPTION(0, "toc-digest", OPTION_STORE(type, opt.toc_digest)),	\
	  .kind = OPTION_TEXT, .argument = "DIGEST",			\
	  .help = "required digest of the table of contents, sha256:HEX" }

#define INPUT_ANNOTATION(type)						\
	{ OPTION(0, "annotation",					\
		 OPTION_CALL_AT(inputs_annotation, type, opt)),		\
	  .kind = OPTION_TEXT, .argument = "KEY=VALUE",			\
	  .help = "annotation of the layer in its manifest: position or "   \
		  "digest of the table of contents; other keys are ignored" }

#define INPUT_RAW(type)							\
	{ OPTION(0, "raw", OPTION_STORE(type, opt.raw)),		\
	  .help = "show whiteouts and landmarks as they are in the tar" }

/* The same, for settings that also have the member inputs, a struct inputs. */
#define INPUT_INDEX(type)						\
	{ OPTION(0, "index", OPTION_STORE(type, inputs.index)),		\
	  .kind = OPTION_FILE, .argument = "FILE",			\
	  .help = "use this index of BLOB instead of making one" }

#define INPUT_DEVICE(type)						\
	{ OPTION(0, "device", OPTION_STORE(type, inputs.devices)),	\
	  .kind = OPTION_FILE, .argument = "FILE",			\
	  .help = "a blob that the index refers to, as for mount(8)" }

/** inputs_single() - is an option set that allows only one file? */
bool inputs_single(const struct inputs *in,
		   const struct stargz_index_options *opt);

/**
 * struct inputs_file - a file to inspect
 * @opened: handle of the library, or NULL
 * @fds: the sources in the order of a mount, the index first
 * @count: number of @fds
 */
struct inputs_file {
	struct stargz_opened *opened;
	int *fds;
	size_t count;
};

/**
 * inputs_open() - open a file with its index and its other blobs
 * @input: zeroed; must be closed, also after an error
 * @in: the options
 * @path: the file
 * @prog: name of the program, for messages
 *
 * Return: 0, or -1 after a message.
 */
int inputs_open(struct inputs_file *input, const struct inputs *in,
		const char *path, const char *prog);

/**
 * inputs_check() - check that the file of --index is an index
 * @input: opened
 * @in: the options
 * @err: filled in on failure
 *
 * Return: 0, also without --index, or a negative errno.
 */
int inputs_check(const struct inputs_file *input, const struct inputs *in,
		 struct stargz_error *err);

/** inputs_close() - release */
void inputs_close(struct inputs_file *input);

#endif /* INPUTS_H */
