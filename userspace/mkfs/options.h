/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mkfs.stargz: the command line.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "bar.h"
#include "names.h"
#include "owners.h"
#include "stargz/index.h"
#include "stargz/make.h"

#define PROG	"mkfs.stargz"

enum exit_code {
	EXIT_OK = 0,
	EXIT_OPERATION = 8,	/* operational error */
	EXIT_USAGE = 16,
};

/**
 * struct settings - the command line, and data for messages
 * @make: options for the library, for the layer
 * @call: options for the library, for the index
 * @exclude: rules for files to omit, or NULL
 * @exclude_from: files with more rules
 * @exclude_xattrs: patterns of attributes to omit
 * @edit: changes of attributes
 * @uid_maps: changes of user ids
 * @gid_maps: changes of group ids
 * @all_time: set all times, not only those after $SOURCE_DATE_EPOCH
 * @reuse: layers whose members may be copied
 * @dest: file to write
 * @source: source of the layer
 * @toc: file for an external table of contents, or NULL
 * @index: file for an index, or NULL
 * @index_beside: write the index to DEST.index
 * @device_image: write index and layer to DEST, for a disk
 * @print_digest: print digests and annotations
 * @json: print facts about the layer
 * @verify: read the layer and compare it with the source
 * @force: overwrite a device that has data on it
 * @quiet: neither warnings nor a progress bar
 * @no_progress: no progress bar
 * @verbose: report the output
 * @source_size: bytes of content in the source, or zero if not known
 * @bar: the progress bar
 */
struct settings {
	struct stargz_make_options make;
	struct stargz_index_options call;
	struct stargz_exclude *exclude;
	struct names exclude_from;
	struct names exclude_xattrs;
	struct stargz_edit edit;
	struct owner_maps uid_maps;
	struct owner_maps gid_maps;
	bool all_time;
	struct names reuse;
	const char *dest;
	const char *source;
	const char *toc;
	const char *index;
	bool index_beside;
	bool device_image;
	bool print_digest;
	bool json;
	bool verify;
	bool force;
	bool quiet;
	bool no_progress;
	bool verbose;
	uint64_t source_size;
	struct bar bar;
};

/** options_parse() - returns -1 to continue, else the exit code */
int options_parse(struct settings *s, int argc, char **argv);

#endif /* OPTIONS_H */
