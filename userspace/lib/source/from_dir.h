/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * A directory as a source.
 */
#ifndef SGZ_SOURCE_FROM_DIR_H
#define SGZ_SOURCE_FROM_DIR_H

#include <sys/stat.h>

#include "source/source.h"

/**
 * struct sgz_dir_options - what is taken from a directory
 * @one_file_system: do not go into directories where something is mounted
 * @no_xattrs: do not read extended attributes
 * @excluded: NULL, or: is this path left out, with all that is below it? It
 *	has no "./" before it.
 * @data: handed to @excluded
 * @output: files that are being written and must not be in the layer
 * @outputs: how many
 */
struct sgz_dir_options {
	bool one_file_system;
	bool no_xattrs;
	bool (*excluded)(const void *data, const char *path, size_t len);
	const void *data;
	const struct stat *output;
	size_t outputs;
};

/**
 * sgz_source_dir() - take entries from a directory
 * @source: set to the source
 * @ctx: the call; has to live as long as the source
 * @fd: the directory, open for reading; closed with the source
 * @opt: as @ctx
 *
 * The entries are those of "tar -C DIR --sort=name .", owners as numbers.
 * The table of contents and landmarks of a layer are left out, as by
 * sgz_source_tar(). Symbolic links are never followed. What cannot be read, or changes while it
 * is read, is an error.
 *
 * Return: 0, or a negative errno with the error text set; then @fd is closed,
 * too.
 */
int sgz_source_dir(struct sgz_source **source, const struct sgz_context *ctx,
		   int fd, const struct sgz_dir_options *opt);

#endif /* SGZ_SOURCE_FROM_DIR_H */
