/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the user of mkfs.stargz asked for.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "bar.h"
#include "layer/make.h"
#include "source/edit.h"
#include "source/exclude_rules.h"
#include "source/order.h"
#include "stargz/index.h"

#define PROG	"mkfs.stargz"

enum exit_code {
	EXIT_OK = 0,
	EXIT_OPERATION = 8,	/* something went wrong */
	EXIT_USAGE = 16,
};

/**
 * struct settings - the command line, and what messages need to know
 * @make: for the library
 * @call: what all parts of the library are told
 * @exclude: what is left out
 * @edit: what is changed
 * @all_time: set all times, not only those after $SOURCE_DATE_EPOCH
 * @sort: the order
 * @one_file_system: do not go into directories where something is mounted
 * @prioritized: file with a list of what comes first, or NULL
 * @from_dump: text of the tree that is wanted, or NULL
 * @reuse: char *, layers of which members may be copied
 * @old: layer of which only the differences are wanted, or NULL
 * @dest: file to write
 * @source: what to make the layer from
 * @toc: file for an external table of contents, or NULL
 * @index: file for an index, or NULL
 * @index_beside: the index is to be DEST.index
 * @device_image: DEST is to be a disk with index and layer
 * @print_digest: print digests and annotations
 * @verify: read the layer back
 * @quiet: neither warnings nor a progress bar
 * @no_progress: no progress bar
 * @verbose: say what was written
 * @bar: the progress bar
 */
struct settings {
	struct sgz_make_options make;
	struct stargz_index_options call;
	struct sgz_exclude exclude;
	struct sgz_edit edit;
	bool all_time;
	enum sgz_sort sort;
	bool one_file_system;
	const char *prioritized;
	const char *from_dump;
	struct sgz_vec reuse;
	const char *old;
	const char *dest;
	const char *source;
	const char *toc;
	const char *index;
	bool index_beside;
	bool device_image;
	bool print_digest;
	bool verify;
	bool quiet;
	bool no_progress;
	bool verbose;
	struct bar bar;
};

/** options_parse() - returns -1 to go on, else the exit code */
int options_parse(struct settings *s, int argc, char **argv);

#endif /* OPTIONS_H */
