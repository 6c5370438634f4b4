// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Indexes of several layers, and device images: make or read the index of each
 * layer, merge them, and write the result.
 */
#include <endian.h>
#include <stdlib.h>

#include "base/options.h"
#include "build/describe.h"
#include "build/device_image.h"
#include "build/index.h"
#include "build/merge.h"
#include "index/read.h"
#include "index/records.h"
#include "index/superblock.h"

/* Data of layers that are being merged. */
struct work {
	const struct sgz_context *ctx;
	const struct stargz_index_options *opt;
	struct sgz_blob *blobs;
	struct sgz_index *images;
	size_t count;
	struct sgz_below below;
	struct sgz_index merged;
};

static int load_index(struct work *w, size_t i)
{
	int ret;

	if (w->opt->device_image)
		return sgz_fail(w->ctx, -EINVAL,
				"is an index; a device image requires the layer itself");
	if (w->opt->layer_digest && i + 1 == w->count)
		return sgz_fail(w->ctx, -EINVAL,
				"is an index; its layer is required for comparing the digest");
	ret = sgz_index_read(&w->images[i], w->ctx, &w->blobs[i]);
	if (!ret && w->opt->digests && !sgz_has_digests(&w->images[i]))
		return sgz_fail(w->ctx, -EINVAL,
				"is an index without digests; make it with digests, or use the layer itself");
	return ret;
}

/* Make the index of a layer, with the layers below it. */
static int make_index(struct work *w, size_t i)
{
	struct stargz_index_options opt = *w->opt;
	int ret;

	if (i + 1 < w->count)
		opt.layer_digest = NULL;
	ret = sgz_index_make(&w->images[i], w->ctx, &opt, &w->blobs[i],
			     opt.merge || opt.below ? &w->below : NULL);
	if (!ret && w->opt->below)
		ret = sgz_superblock_chained(w->images, w->ctx, i + 1);
	return ret;
}

static int load_layer(struct work *w, int fd, size_t i)
{
	char magic[4] = "";
	int ret;

	ret = sgz_blob_open(&w->blobs[i], w->ctx, fd, w->opt->offset,
			    w->opt->size);
	if (!ret && w->blobs[i].size >= sizeof(magic))
		ret = sgz_blob_read(&w->blobs[i], w->ctx, 0, magic,
				    sizeof(magic));
	if (ret)
		return ret;
	if (sgz_is_index(magic, sizeof(magic)))
		return load_index(w, i);
	return make_index(w, i);
}

static int load_layers(struct work *w, const int *fds, size_t *failed)
{
	w->blobs = calloc(w->count, sizeof(*w->blobs));
	w->images = calloc(w->count, sizeof(*w->images));
	if (!w->blobs || !w->images)
		return sgz_nomem(w->ctx);
	w->below.layers = w->images;
	for (size_t i = 0; i < w->count; i++) {
		int ret = load_layer(w, fds[i], i);

		if (!ret && i + 1 < w->count)
			ret = sgz_below_add(&w->below, w->ctx);
		if (ret) {
			*failed = i;
			return ret;
		}
	}
	return 0;
}

static int write_out(struct work *w, struct sgz_index *index, int out)
{
	int ret;

	if (w->opt->device_image)
		return sgz_device_write(index, w->ctx, w->opt->align, w->blobs,
					out);
	ret = sgz_index_seal(index, w->ctx);
	return ret ? ret : sgz_index_write(index, w->ctx, out);
}

static int make(struct work *w, const int *fds, int out,
		struct stargz_index_stats *stats, size_t *failed)
{
	struct sgz_index *index = &w->merged;
	int ret = load_layers(w, fds, failed);

	if (!ret && w->opt->merge)
		ret = sgz_merge(index, w->ctx, w->images, w->count);
	else if (!ret && w->opt->below)
		ret = sgz_chain(index, w->ctx, w->images, w->count);
	else if (w->images)
		index = w->images;
	if (!ret)
		ret = sgz_describe(index, w->ctx, w->opt);
	if (!ret)
		ret = write_out(w, index, out);
	if (!ret && stats)
		sgz_index_stats(index, stats);
	return ret;
}

int stargz_index_layers(const int *fds, size_t count,
			const struct stargz_index_options *options, int out,
			struct stargz_index_stats *stats,
			struct stargz_error *err, size_t *failed)
{
	struct stargz_index_options opt;
	struct stargz_error unwanted;
	struct sgz_context ctx;
	struct work w = { .ctx = &ctx, .opt = &opt, .count = count };
	size_t layer = count;
	int ret;

	err = err ? err : &unwanted;
	ret = sgz_options_copy(&opt, sizeof(opt), options, err);
	ctx = sgz_context_of(&opt, err);
	if (!ret && (!count || (count > 1 && !opt.merge && !opt.below)))
		ret = sgz_fail(&ctx, -EINVAL, "one layer is required, or several with merge or below");
	if (!ret && opt.merge && opt.layer_digest)
		ret = sgz_fail(&ctx, -EINVAL, "a required digest of the layer is not possible with merge");
	if (!ret)
		ret = make(&w, fds, out, stats, &layer);
	if (failed)
		*failed = layer;
	for (size_t i = 0; w.images && i < count; i++)
		sgz_index_free(&w.images[i]);
	sgz_index_free(&w.merged);
	sgz_below_free(&w.below);
	free(w.images);
	free(w.blobs);
	return ret;
}
