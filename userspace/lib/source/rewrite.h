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
 * @head: the last new blocks
 * @stay: entries are neither moved nor omitted, so global headers can stay
 * @globals: there was a global header: without @stay, each entry gets new
 *	blocks; with @stay, new blocks override all attributes
 */
struct sgz_rewriter {
	const struct sgz_context *ctx;
	struct sgz_vec head;
	bool stay;
	bool globals;
};

/**
 * sgz_rewrite() - replace the header blocks of an entry where necessary
 * @rw: initially zeroed, except @ctx and @stay
 * @entry: entry of a source; gets new header blocks if @h is not NULL, or if
 *	its own depend on a global header that is dropped
 * @h: the new header, or NULL: unchanged
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_rewrite(struct sgz_rewriter *rw, struct sgz_source_entry *entry,
		const struct sgz_tar_header *h);

/** sgz_rewriter_free() - release */
void sgz_rewriter_free(struct sgz_rewriter *rw);

/**
 * struct sgz_head_reader - reads stored header blocks
 * @stream: stream of the blocks
 * @tar: its @tar.h is the header
 * @blob: a blob for @stream
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
 * @hr: initially zeroed; @hr->bytes holds the blocks
 * @ctx: the call
 *
 * Return: 0 with @hr->tar.h valid until the next call, or a negative errno with
 * the error text set.
 */
int sgz_head_read(struct sgz_head_reader *hr, const struct sgz_context *ctx);

/** sgz_head_reader_free() - release */
void sgz_head_reader_free(struct sgz_head_reader *hr);

#endif /* SGZ_SOURCE_REWRITE_H */
