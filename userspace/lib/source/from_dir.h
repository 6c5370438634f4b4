/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * A directory as a source.
 */
#ifndef SGZ_SOURCE_FROM_DIR_H
#define SGZ_SOURCE_FROM_DIR_H

#include <sys/stat.h>

#include "source/source.h"

/**
 * struct sgz_dir_options - options of a directory as source
 * @one_file_system: do not enter mount points
 * @no_xattrs: do not read extended attributes
 * @ignore_failed: omit files and attributes that cannot be read, with a warning
 * @holes: describe files with holes as sparse files
 * @excluded: NULL, or returns true to omit a path and everything below it; the
 *	path has no leading "./"
 * @data: passed to @excluded
 * @output: output files, which must not be in the layer
 * @outputs: number of @output
 */
struct sgz_dir_options {
	bool one_file_system;
	bool no_xattrs;
	bool ignore_failed;
	bool holes;
	bool (*excluded)(const void *data, const char *path, size_t len);
	const void *data;
	const struct stat *output;
	size_t outputs;
};

/**
 * sgz_source_dir() - read entries from a directory
 * @source: set to the source
 * @ctx: the call; must stay valid as long as the source
 * @fd: the directory, open for reading; the source takes it over
 * @opt: the options; must stay valid as long as the source
 *
 * The entries are those of "tar -C DIR --sort=name --numeric-owner .", without
 * the table of contents and landmarks of a layer. The source never follows
 * symbolic links. A file that cannot be opened is an error, unless
 * @opt->ignore_failed is set. A file that cannot be read to its end, or that
 * changes during reading, is always an error.
 *
 * Return: 0, or a negative errno with the error text set and @fd closed.
 */
int sgz_source_dir(struct sgz_source **source, const struct sgz_context *ctx,
		   int fd, const struct sgz_dir_options *opt);

#endif /* SGZ_SOURCE_FROM_DIR_H */
