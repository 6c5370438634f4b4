// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Making the index of a blob. This file defines the order of the steps.
 */
#include <endian.h>
#include <stdlib.h>

#include "base/options.h"
#include "build/index.h"
#include "content/toc_ranges.h"
#include "content/verify.h"
#include "format/format.h"
#include "index/read.h"
#include "index/records.h"
#include "index/replay.h"

/* Intermediate data of an index that is being made. */
struct work {
	struct sgz_toc toc;
	struct sgz_tree tree;
	struct sgz_layout layout;
	struct sgz_spans spans;
};

static int make(struct work *w, struct sgz_index *index,
		const struct sgz_context *ctx,
		const struct stargz_index_options *opt, struct sgz_blob *blob,
		struct sgz_vec *ranges)
{
	const struct sgz_format_options how = sgz_format_options_of(opt);
	struct sgz_left_open open = { 0 };
	int ret;

	ret = sgz_format_read(&w->toc, &w->spans, ctx, &how, blob);
	if (!ret)
		ret = sgz_replay(&w->tree, ctx, &open, NULL);
	if (ret)
		return ret;
	if (open.parents || open.links)
		index->sb.feature_compat |= htole32(STARGZ_COMPAT_OPEN);
	ret = sgz_layout_make(&w->layout, ctx, &w->tree);
	if (!ret)
		ret = sgz_index_from_tree(index, ctx, &w->tree, &w->layout,
					  &w->spans, blob);
	if (!ret && ranges)
		ret = sgz_toc_ranges(ranges, ctx, &w->toc);
	return ret;
}

int sgz_index_digests(struct sgz_index *index, const struct sgz_context *ctx,
		      const struct stargz_index_options *opt,
		      struct sgz_blob *blob, struct sgz_below *below,
		      struct sgz_vec *ranges)
{
	struct work *w = calloc(1, sizeof(*w));
	int ret;

	if (!w)
		return sgz_nomem(ctx);
	w->toc.raw = opt->raw;
	w->toc.digests = opt->check;
	w->tree.toc = &w->toc;
	w->tree.raw = opt->raw;
	w->tree.below = below;
	ret = make(w, index, ctx, opt, blob, ranges);
	sgz_spans_free(&w->spans);
	sgz_layout_free(&w->layout);
	sgz_tree_free(&w->tree);
	sgz_toc_free(&w->toc);
	free(w);
	return ret;
}

int sgz_index_make(struct sgz_index *index, const struct sgz_context *ctx,
		   const struct stargz_index_options *opt,
		   struct sgz_blob *blob, struct sgz_below *below)
{
	struct sgz_vec ranges = { 0 };
	int ret;

	if (!opt->check)
		return sgz_index_digests(index, ctx, opt, blob, below, NULL);
	ret = sgz_index_digests(index, ctx, opt, blob, below, &ranges);
	/* Without a TOC, all content was checked when it was read. */
	if (!ret && le16toh(sgz_blob_record(index, 0)->digests) &
		    STARGZ_BLOB_TOC)
		ret = sgz_check_content(ctx, index, blob, &ranges);
	sgz_vec_free(&ranges);
	return ret;
}

int stargz_index_blob(int fd, const struct stargz_index_options *options,
		      int out, struct stargz_index_stats *stats,
		      struct stargz_error *err)
{
	struct stargz_index_options opt;
	struct stargz_error unwanted;
	struct sgz_index index = { 0 };
	struct sgz_context ctx;
	struct sgz_blob blob;
	int ret;

	err = err ? err : &unwanted;
	ret = sgz_options_copy(&opt, sizeof(opt), options, err);
	if (ret)
		return ret;
	ctx = sgz_context_of(&opt, err);
	ret = sgz_blob_open(&blob, &ctx, fd, opt.offset, opt.size);
	if (!ret && sgz_is_index(blob.head, blob.head_len))
		ret = sgz_fail(&ctx, -EINVAL,
			       "an index, not a layer; dump.stargz(8) shows it");
	if (!ret)
		ret = sgz_index_make(&index, &ctx, &opt, &blob, NULL);
	if (!ret && le32toh(index.sb.feature_compat) & STARGZ_COMPAT_OPEN)
		sgz_warn(&ctx, "directories without entries, or hard links, depend on the layers below, see --below");
	if (!ret)
		ret = sgz_index_seal(&index, &ctx);
	if (!ret && out >= 0)
		ret = sgz_index_write(&index, &ctx, out);
	if (!ret && stats)
		sgz_index_stats(&index, stats);
	sgz_index_free(&index);
	return ret;
}
