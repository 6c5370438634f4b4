/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Header blocks of a source that changes entries of another source.
 */
#ifndef SGZ_SOURCE_REWRITE_H
#define SGZ_SOURCE_REWRITE_H

#include "source/source.h"

/**
 * struct sgz_rewriter - makes new header blocks where they are needed
 * @ctx: the call
 * @head: the blocks made last
 * @stay: entries stay in their order, so that a global header can stay as well
 * @globals: a global header was met: from then on every entry gets new ones, or
 *	if it stays, new ones say everything
 */
struct sgz_rewriter {
	const struct sgz_context *ctx;
	struct sgz_vec head;
	bool stay;
	bool globals;
};

/**
 * sgz_rewrite() - make an entry say what it is to say
 * @rw: zeroed by the caller at first, but for its context
 * @entry: as it came from a source; new header blocks are put in place of its
 *	own where @h is not NULL, or where the meaning of its own depends on
 *	what stands before them and may not stay there
 * @h: what they are to say, or NULL: what they said
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_rewrite(struct sgz_rewriter *rw, struct sgz_source_entry *entry,
		const struct sgz_tar_header *h);

/** sgz_rewriter_free() - release */
void sgz_rewriter_free(struct sgz_rewriter *rw);

/**
 * struct sgz_head_reader - reads header blocks that were kept
 * @stream: what they come from
 * @tar: its @tar.h is what they say
 * @blob: for the sake of the stream
 * @bytes: the blocks
 */
struct sgz_head_reader {
	struct sgz_stream stream;
	struct sgz_tar tar;
	struct sgz_blob blob;
	struct sgz_vec bytes;
};

/**
 * sgz_head_read() - read header blocks
 * @hr: zeroed by the caller at first; the caller has put them to @hr->bytes
 * @ctx: the call
 *
 * Return: 0, and @hr->tar.h is filled until the next call; or a negative errno
 * with the error text set.
 */
int sgz_head_read(struct sgz_head_reader *hr, const struct sgz_context *ctx);

/** sgz_head_reader_free() - release */
void sgz_head_reader_free(struct sgz_head_reader *hr);

#endif /* SGZ_SOURCE_REWRITE_H */
