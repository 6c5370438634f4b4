/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Writing the tree of an index to a folder.
 */
#ifndef SGZ_INSPECT_EXTRACT_H
#define SGZ_INSPECT_EXTRACT_H

#include "inspect/opened.h"

/**
 * struct sgz_extract_options - what is written, and where to
 * @root: descriptor of the folder
 * @path: what of the tree; if it is a directory, the folder becomes that
 * @overwrite: replace what is there, but for directories
 */
struct sgz_extract_options {
	int root;
	const char *path;
	bool overwrite;
};

/**
 * sgz_extract() - write a tree
 * @o: the index, which was checked, and its blobs
 * @opt: what and where
 * @faults: gets what could not be written
 *
 * Nothing is written through a symbolic link, nor outside of the folder, and
 * nothing into a file that existed before. Without the right to do so, neither
 * owners nor devices are made, nor attributes that only the superuser sets.
 *
 * Return: 0, also with faults, or a negative errno with the error text set.
 */
int sgz_extract(struct sgz_opened *o, const struct sgz_extract_options *opt,
		struct sgz_faults *faults);

#endif /* SGZ_INSPECT_EXTRACT_H */
