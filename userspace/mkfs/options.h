/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the user of mkfs.stargz asked for.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "bar.h"
#include "names.h"
#include "stargz/index.h"
#include "stargz/make.h"

#define PROG	"mkfs.stargz"

enum exit_code {
	EXIT_OK = 0,
	EXIT_OPERATION = 8,	/* something went wrong */
	EXIT_USAGE = 16,
};

/**
 * struct settings - the command line, and what messages need to know
 * @make: for the library: how the layer is made
 * @format_given: the user named the format
 * @call: for the library: how its index is made
 * @exclude: what is left out, or NULL
 * @edit: what is changed
 * @all_time: set all times, not only those after $SOURCE_DATE_EPOCH
 * @reuse: layers of which members may be copied
 * @dest: file to write
 * @source: what to make the layer from
 * @toc: file for an external table of contents, or NULL
 * @index: file for an index, or NULL
 * @index_beside: the index is to be DEST.index
 * @device_image: DEST is to be a disk with index and layer
 * @print_digest: print digests and annotations
 * @verify: read the layer back
 * @force: overwrite a device that has data on it
 * @quiet: neither warnings nor a progress bar
 * @no_progress: no progress bar
 * @verbose: say what was written
 * @source_size: bytes of content in the source, or zero if that is not known
 * @bar: the progress bar
 */
struct settings {
	struct stargz_make_options make;
	bool format_given;
	struct stargz_index_options call;
	struct stargz_exclude *exclude;
	struct stargz_edit edit;
	bool all_time;
	struct names reuse;
	const char *dest;
	const char *source;
	const char *toc;
	const char *index;
	bool index_beside;
	bool device_image;
	bool print_digest;
	bool verify;
	bool force;
	bool quiet;
	bool no_progress;
	bool verbose;
	uint64_t source_size;
	struct bar bar;
};

/** options_parse() - returns -1 to go on, else the exit code */
int options_parse(struct settings *s, int argc, char **argv);

#endif /* OPTIONS_H */
