// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Making an index, from the first byte of the blob read to the last byte written: the
 * one place that knows the order of the steps.
 */
#include <endian.h>
#include <stdlib.h>

#include "check.h"
#include "format.h"
#include "image.h"
#include "links.h"
#include "stargz.h"
#include "view.h"

/* Everything that lives while an index is made. */
struct work {
	struct sgz_blob blob;
	struct sgz_toc toc;
	struct sgz_tree tree;
	struct sgz_layout layout;
	struct sgz_spans spans;
	struct sgz_image image;
};

static int make(struct work *w, const struct sgz_context *ctx)
{
	int ret;

	ret = sgz_format_read(&w->toc, &w->spans, ctx, &w->blob);
	if (!ret)
		ret = sgz_tree_build(&w->tree, ctx);
	if (!ret)
		ret = sgz_links_resolve(&w->tree, ctx);
	if (!ret && !ctx->opt->raw)
		ret = sgz_view_apply(&w->tree, ctx);
	if (!ret)
		ret = sgz_layout_make(&w->layout, ctx, &w->tree);
	if (!ret)
		ret = sgz_image_make(&w->image, ctx, &w->tree, &w->layout,
				     &w->spans, &w->blob);
	if (!ret && ctx->opt->check)
		ret = sgz_check_content(ctx, &w->toc, &w->spans, &w->blob);
	return ret;
}

static void fill_stats(const struct work *w, struct stargz_index_stats *stats)
{
	const struct sgz_vec *table = w->image.table;

	stats->entries = w->layout.entries + 1;
	stats->inodes = table[STARGZ_TABLE_INODES].count;
	stats->spans = table[STARGZ_TABLE_SPANS].count;
	stats->extents = table[STARGZ_TABLE_EXTENTS].count;
	stats->data_bytes = le64toh(w->image.sb.data_bytes);
	stats->index_size = le64toh(w->image.sb.index_size);
}

int stargz_index_blob(int fd, const struct stargz_index_options *opt, int out,
		      struct stargz_index_stats *stats,
		      struct stargz_error *err)
{
	const struct sgz_context ctx = { .opt = opt, .err = err };
	struct work *w = calloc(1, sizeof(*w));
	int ret;

	if (!w)
		return sgz_nomem(&ctx);
	w->tree.toc = &w->toc;
	ret = sgz_blob_open(&w->blob, &ctx, fd, opt->offset, opt->size);
	if (!ret)
		ret = make(w, &ctx);
	if (!ret && out >= 0)
		ret = sgz_image_write(&w->image, &ctx, out);
	if (!ret && stats)
		fill_stats(w, stats);
	sgz_image_free(&w->image);
	sgz_spans_free(&w->spans);
	sgz_layout_free(&w->layout);
	sgz_tree_free(&w->tree);
	sgz_toc_free(&w->toc);
	free(w);
	return ret;
}
