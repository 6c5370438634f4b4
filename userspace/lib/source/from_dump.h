/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The text form of a tree, stargz-dump(5), as a source.
 */
#ifndef SGZ_SOURCE_FROM_DUMP_H
#define SGZ_SOURCE_FROM_DUMP_H

#include "inspect/opened.h"
#include "source/source.h"

/**
 * struct sgz_dump_content - source of the content of files
 * @dir: a directory, or -1
 * @layer: without a directory: an open layer or index, after
 *	sgz_opened_read()
 */
struct sgz_dump_content {
	int dir;
	struct sgz_opened *layer;
};

/**
 * sgz_source_dump() - read entries from a text
 * @source: set to the source
 * @ctx: the call; must stay valid as long as the source
 * @text: the text, as @ctx; if it is a pipe, the source can be read only once
 * @content: source of the content, as @ctx
 *
 * Whiteouts and opaque directories of the overlay view become whiteout entries.
 * Content whose size or digest differs from the text is an error.
 *
 * Return: 0, -EINVAL if @text has another format, or another negative errno;
 * with the error text set.
 */
int sgz_source_dump(struct sgz_source **source, const struct sgz_context *ctx,
		    struct sgz_blob *text,
		    const struct sgz_dump_content *content);

#endif /* SGZ_SOURCE_FROM_DUMP_H */
