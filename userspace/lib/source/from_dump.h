/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The text form of a tree, stargz-dump(5), as a source.
 */
#ifndef SGZ_SOURCE_FROM_DUMP_H
#define SGZ_SOURCE_FROM_DUMP_H

#include "inspect/opened.h"
#include "source/source.h"

/**
 * struct sgz_dump_content - where the content of files is taken from
 * @dir: a directory, or -1
 * @layer: if there is no directory: a layer or index that was opened, with its
 *	index checked and its blobs found
 */
struct sgz_dump_content {
	int dir;
	struct sgz_opened *layer;
};

/**
 * sgz_source_dump() - take entries from a text
 * @source: set to the source
 * @ctx: the call; has to live as long as the source
 * @text: the text, as @ctx; if it is a pipe, the source can only be read once
 * @content: as @ctx
 *
 * Whiteouts and opaque directories of the overlay view become what they are in
 * a layer. Content of another size or digest than the text says is an error.
 *
 * Return: 0, -EINVAL if it is no such text, or another negative errno; with the
 * error text set.
 */
int sgz_source_dump(struct sgz_source **source, const struct sgz_context *ctx,
		    struct sgz_blob *text,
		    const struct sgz_dump_content *content);

#endif /* SGZ_SOURCE_FROM_DUMP_H */
