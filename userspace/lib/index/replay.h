/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * From the entries of a layer to the tree that they leave.
 */
#ifndef SGZ_INDEX_REPLAY_H
#define SGZ_INDEX_REPLAY_H

#include "index/below.h"

/* No node, but the entry is no mistake: it is never shown. */
#define SGZ_HOME_OPEN	(SGZ_NONE - 1)

/**
 * struct sgz_left_open - what a layer says only together with those below it
 * @parents: directories that no entry gives attributes
 * @links: hard links to files that are not in the layer
 */
struct sgz_left_open {
	uint64_t parents;
	uint64_t links;
};

/**
 * sgz_replay() - carry the entries of a layer out, one after the other
 * @tree: zeroed by the caller except for the TOC, what is below and the view;
 *	filled
 * @ctx: the call
 * @open: NULL, or filled
 * @homes: NULL, or gets for each entry the node that it made or named, of an
 *	opaque marker, of files of AUFS' own and of hard links to what is not in
 *	the layer that of their directory; or %SGZ_HOME_OPEN, or %SGZ_NONE
 *
 * The tree is what a container engine leaves where it unpacks the layer on top
 * of those below, as an upper layer of overlayfs says it: an entry replaces
 * what has its name, directories merge, paths lead through symbolic links that
 * are there by then, a hard link is one to the file that its target names by
 * then, whiteouts remove. When the layers below are not known, nothing is
 * assumed of them. In the raw view whiteouts are files.
 *
 * An entry that cannot be carried out is left out with a warning. Those of a table
 * of contents are carried out in its order.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_replay(struct sgz_tree *tree, const struct sgz_context *ctx,
	       struct sgz_left_open *open, uint32_t *homes);

#endif /* SGZ_INDEX_REPLAY_H */
