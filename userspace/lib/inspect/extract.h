/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Writing the tree of an index to a folder.
 */
#ifndef SGZ_INSPECT_EXTRACT_H
#define SGZ_INSPECT_EXTRACT_H

#include "inspect/opened.h"

/**
 * struct sgz_extract_options - options of sgz_extract()
 * @root: descriptor of the destination folder
 * @path: as in struct stargz_extract_options
 * @overwrite: replace existing files, except directories
 */
struct sgz_extract_options {
	int root;
	const char *path;
	bool overwrite;
};

/**
 * sgz_extract() - write a tree
 * @o: the index, which was checked, and its blobs
 * @opt: the options
 * @faults: receives the files that could not be written
 *
 * See stargz_extract().
 *
 * Return: 0, also with faults, or a negative errno with the error text set.
 */
int sgz_extract(struct sgz_opened *o, const struct sgz_extract_options *opt,
		struct sgz_faults *faults);

#endif /* SGZ_INSPECT_EXTRACT_H */
