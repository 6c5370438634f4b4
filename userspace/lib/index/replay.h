/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Converting the entries of a layer to the resulting tree.
 */
#ifndef SGZ_INDEX_REPLAY_H
#define SGZ_INDEX_REPLAY_H

#include "index/below.h"

/* No node: the entry is valid, but never visible. */
#define SGZ_HOME_OPEN	(SGZ_NONE - 1)

/**
 * struct sgz_left_open - dependencies of a layer on the layers below it
 * @parents: number of directories without an entry
 * @links: number of hard links to files that are not in the layer
 */
struct sgz_left_open {
	uint64_t parents;
	uint64_t links;
};

/**
 * sgz_replay() - apply the entries of a layer, one after the other
 * @tree: filled in; initially zeroed, except @toc, @below and @raw
 * @ctx: the call
 * @open: NULL, or filled in
 * @homes: NULL, or receives for each entry the node that it created or named;
 *	for opaque markers, files of AUFS, and hard links to files that are not
 *	in the layer, the node of their directory; or %SGZ_HOME_OPEN, or
 *	%SGZ_NONE
 *
 * The tree is that of a container engine that unpacks the layer on top of the
 * layers below, in the form of an upper layer of overlayfs: an entry replaces
 * the file with its name, directories merge, paths lead through the symbolic
 * links that exist at this point, a hard link refers to the file that its
 * target names at this point, whiteouts remove files. If the layers below are
 * not known, nothing is assumed about them. In the raw view, whiteouts are
 * files.
 *
 * An entry that cannot be applied is left out with a warning. Entries of a
 * table of contents are applied in its order.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_replay(struct sgz_tree *tree, const struct sgz_context *ctx,
	       struct sgz_left_open *open, uint32_t *homes);

#endif /* SGZ_INDEX_REPLAY_H */
