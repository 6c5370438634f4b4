// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Making the index of a blob. This file defines the order of the steps.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/options.h"
#include "build/describe.h"
#include "build/index.h"
#include "content/toc_ranges.h"
#include "content/verify.h"
#include "format/format.h"
#include "index/read.h"
#include "index/records.h"
#include "index/replay.h"

/* Intermediate data of an index that is being made. */
struct sgz_layer {
	struct sgz_toc toc;
	struct sgz_tree tree;
	struct sgz_layout layout;
	struct sgz_spans spans;
	struct sgz_sha256 sha;
};

/* Prepare for the digests of the blob. */
static int begin_digests(struct sgz_layer *w, const struct sgz_context *ctx,
			 struct sgz_blob *blob)
{
	int ret = sgz_sha256_open(&w->sha, ctx);

	if (ret)
		return ret;
	blob->sha = &w->sha;
	blob->hashed = 0;
	w->toc.want_diffid = true;
	return 0;
}

/* Complete the digests of the blob, after it was read. */
static int end_digests(struct sgz_layer *w, const struct sgz_context *ctx,
		       const struct stargz_index_options *opt,
		       struct sgz_blob *blob)
{
	int ret = sgz_blob_digest(blob, ctx, w->toc.blob_sha256);

	if (ret)
		return ret;
	w->toc.has_blob_sha256 = true;
	if (w->toc.plain) {
		w->toc.has_diffid = true;
		memcpy(w->toc.diffid, w->toc.blob_sha256,
		       sizeof(w->toc.diffid));
	}
	return sgz_sha256_require(ctx, opt->layer_digest, w->toc.blob_sha256);
}

/* Read the layer, and compute its digests if they are wanted. */
static int read_layer(struct sgz_layer *w, const struct sgz_context *ctx,
		      const struct stargz_index_options *opt,
		      struct sgz_blob *blob)
{
	const struct sgz_format_options how = sgz_format_options_of(opt);
	bool digests = w->spans.with_digests || opt->layer_digest;
	int ret = digests ? begin_digests(w, ctx, blob) : 0;

	if (!ret)
		ret = sgz_format_read(&w->toc, &w->spans, ctx, &how, blob);
	if (!ret && digests)
		ret = end_digests(w, ctx, opt, blob);
	blob->sha = NULL;
	return ret;
}

static int make(struct sgz_layer *w, struct sgz_index *index,
		const struct sgz_context *ctx, struct sgz_blob *blob,
		struct sgz_below *below, struct sgz_vec *ranges)
{
	struct sgz_left_open open = { 0 };
	int ret;

	w->tree.below = below;
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

void sgz_layer_free(struct sgz_layer *w)
{
	if (!w)
		return;
	sgz_spans_free(&w->spans);
	sgz_layout_free(&w->layout);
	sgz_tree_free(&w->tree);
	sgz_toc_free(&w->toc);
	if (w->sha.md)
		sgz_sha256_close(&w->sha);
	free(w);
}

static int read_new(struct sgz_layer **layer, const struct sgz_context *ctx,
		    const struct stargz_index_options *opt,
		    struct sgz_blob *blob, bool digests)
{
	struct sgz_layer *w = calloc(1, sizeof(*w));
	int ret;

	if (!w)
		return sgz_nomem(ctx);
	w->toc.raw = opt->raw;
	w->toc.digests = opt->check;
	w->spans.with_digests = digests;
	w->tree.toc = &w->toc;
	w->tree.raw = opt->raw;
	ret = read_layer(w, ctx, opt, blob);
	if (ret)
		sgz_layer_free(w);
	else
		*layer = w;
	return ret;
}

int sgz_layer_read(struct sgz_layer **layer, const struct sgz_context *ctx,
		   const struct stargz_index_options *opt,
		   struct sgz_blob *blob)
{
	return read_new(layer, ctx, opt, blob, opt->digests);
}

int sgz_index_digests(struct sgz_index *index, const struct sgz_context *ctx,
		      const struct stargz_index_options *opt,
		      struct sgz_blob *blob, struct sgz_vec *ranges)
{
	struct sgz_layer *w;
	int ret = read_new(&w, ctx, opt, blob, false);

	if (ret)
		return ret;
	ret = make(w, index, ctx, blob, NULL, ranges);
	sgz_layer_free(w);
	return ret;
}

/* Does the content have to be decoded after the index was made? */
static bool has_pending(const struct sgz_index *index)
{
	return index->undigested.count &&
	       memchr(index->undigested.data, 1, index->undigested.count);
}

/* Decode what was not decoded before, for digests or to check it. */
static int read_content(struct sgz_index *index, const struct sgz_context *ctx,
			struct sgz_blob *blob, struct sgz_vec *ranges)
{
	bool toc = le16toh(sgz_blob_record(index, 0)->digests) & STARGZ_BLOB_TOC;

	/* Without a TOC, all content was checked when it was read. */
	if (!toc)
		ranges = NULL;
	if (!ranges && !has_pending(index))
		return 0;
	return sgz_check_content(ctx, index, blob, ranges);
}

int sgz_layer_index(struct sgz_index *index, const struct sgz_context *ctx,
		    const struct stargz_index_options *opt,
		    struct sgz_layer *layer, struct sgz_blob *blob,
		    struct sgz_below *below)
{
	struct sgz_vec ranges = { 0 }, *check = opt->check ? &ranges : NULL;
	int ret = make(layer, index, ctx, blob, below, check);

	sgz_layer_free(layer);
	if (!ret)
		ret = read_content(index, ctx, blob, check);
	if (!ret && opt->digests)
		index->sb.feature_compat |= htole32(STARGZ_COMPAT_DIGESTS);
	sgz_vec_free(&ranges);
	return ret;
}

int sgz_index_make(struct sgz_index *index, const struct sgz_context *ctx,
		   const struct stargz_index_options *opt,
		   struct sgz_blob *blob, struct sgz_below *below)
{
	struct sgz_layer *layer;
	int ret = sgz_layer_read(&layer, ctx, opt, blob);

	return ret ? ret : sgz_layer_index(index, ctx, opt, layer, blob, below);
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
		ret = sgz_describe(&index, &ctx, &opt);
	if (!ret)
		ret = sgz_index_seal(&index, &ctx);
	if (!ret && out >= 0)
		ret = sgz_index_write(&index, &ctx, out);
	if (!ret && stats)
		sgz_index_stats(&index, stats);
	sgz_index_free(&index);
	return ret;
}
