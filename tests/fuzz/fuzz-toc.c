// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tables of contents: what can be made an index of passes all checks.
 */
#include <stdlib.h>
#include <string.h>

#include "index/layout.h"
#include "index/records_check.h"
#include "index/replay.h"
#include "index/tree_check.h"
#include "layer.h"
#include "toc/read.h"
#include "toc/toc.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* So much compressed content there is said to be. */
#define BLOB_SIZE	(1u << 30)

struct work {
	struct sgz_toc toc;
	struct sgz_tree tree;
	struct sgz_layout layout;
	struct sgz_spans spans;
	struct sgz_index index;
};

static int make(struct work *w, const struct sgz_context *ctx,
		const char *toc_path)
{
	const struct sgz_footer footer = {
		.codec = STARGZ_CODEC_GZIP,
		.external = true,
		.data_end = BLOB_SIZE,
	};
	const struct sgz_blob blob = { .fd = -1, .size = BLOB_SIZE };
	const struct sgz_toc_options how = { .path = toc_path };
	int ret = sgz_toc_read(&w->toc, ctx, &how, &blob, &footer);

	if (!ret)
		ret = sgz_replay(&w->tree, ctx, NULL, NULL);
	if (!ret)
		ret = sgz_spans_of_units(&w->spans, ctx, &w->toc,
					 footer.codec);
	if (!ret)
		ret = sgz_layout_make(&w->layout, ctx, &w->tree);
	return ret ? ret : sgz_index_from_tree(&w->index, ctx, &w->tree,
					  &w->layout, &w->spans, &blob);
}

static void check(const struct sgz_index *index, const struct sgz_context *ctx)
{
	struct sgz_faults faults = SGZ_FAULTS_INIT;

	must(!sgz_records_check(index, ctx), "records");
	must(!sgz_tree_faults(index, ctx, &faults), "tree");
	must(!sgz_faults_fail(&faults, ctx), "tree");
	sgz_faults_free(&faults);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const struct sgz_context *ctx = input_context();
	struct work w = { 0 };
	char path[40];

	/* The first byte chooses options. */
	if (!len)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d",
		 input_file(bytes + 1, len - 1));
	w.toc.raw = bytes[0] & 1;
	w.tree.raw = w.toc.raw;
	w.toc.digests = bytes[0] & 2;
	w.tree.toc = &w.toc;
	if (!make(&w, ctx, path))
		check(&w.index, ctx);
	sgz_index_free(&w.index);
	sgz_spans_free(&w.spans);
	sgz_layout_free(&w.layout);
	sgz_tree_free(&w.tree);
	sgz_toc_free(&w.toc);
	return 0;
}
