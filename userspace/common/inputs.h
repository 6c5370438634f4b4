/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that are looked at: the options that say how, and opening them.
 */
#ifndef INPUTS_H
#define INPUTS_H

#include <stdbool.h>
#include <stddef.h>

#include "names.h"
#include "option_table.h"
#include "stargz/open.h"

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
 * inputs_annotation() - take what the manifest says of a layer
 * @at: struct stargz_index_options
 * @value: "KEY=VALUE"
 *
 * Return: NULL, or why it is wrong.
 */
const char *inputs_annotation(void *at, const struct option_value *value);

/*
 * Rows of tables of options, for settings of a type that has the member opt, a
 * struct stargz_index_options.
 */
#define INPUT_TOC_DIGEST(type)						\
	{ OPTION(0, "toc-digest", OPTION_STORE(type, opt.toc_digest)),	\
	  .kind = OPTION_TEXT, .argument = "DIGEST",			\
	  .help = "insist on this digest of it, sha256:HEX" }

#define INPUT_ANNOTATION(type)						\
	{ OPTION(0, "annotation",					\
		 OPTION_CALL_AT(inputs_annotation, type, opt)),		\
	  .kind = OPTION_TEXT, .argument = "KEY=VALUE",			\
	  .help = "what the manifest says of the layer: place and digest of " \
		  "the table of contents; other keys are ignored" }

#define INPUT_RAW(type)							\
	{ OPTION(0, "raw", OPTION_STORE(type, opt.raw)),		\
	  .help = "whiteouts and landmarks as they are in the tar" }

/* The same, for settings that also have the member inputs, a struct inputs. */
#define INPUT_INDEX(type)						\
	{ OPTION(0, "index", OPTION_STORE(type, inputs.index)),		\
	  .kind = OPTION_FILE, .argument = "FILE",			\
	  .help = "the index of BLOB, in place of one made anew" }

#define INPUT_DEVICE(type)						\
	{ OPTION(0, "device", OPTION_STORE(type, inputs.devices)),	\
	  .kind = OPTION_FILE, .argument = "FILE",			\
	  .help = "a blob that the index refers to, as for mount(8)" }

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
