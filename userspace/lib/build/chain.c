// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * The indexes of all layers of an image. Threads read the layers, which takes
 * most of the time. The caller's thread makes each of them an index on top of
 * those below it, in their order, and merges the indexes.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/options.h"
#include "base/parallel.h"
#include "build/describe.h"
#include "build/device_image.h"
#include "build/index.h"
#include "build/merge.h"
#include "index/read.h"
#include "index/records.h"
#include "index/superblock.h"

/**
 * struct link - a layer of the chain
 * @from: what the caller says of it
 * @blob: the layer
 * @opt: options for its index
 * @layer: the layer that was read, or NULL
 */
struct link {
	struct stargz_chain_layer from;
	struct sgz_blob blob;
	struct stargz_index_options opt;
	struct sgz_layer *layer;
};

/**
 * struct chain - the layers of an image
 * @ctx: the call
 * @opt: the options
 * @links: the layers, lowest first
 * @indexes: the index of each; those with grafts cannot be written
 * @count: number of layers
 * @below: the layers as one tree
 */
struct chain {
	const struct sgz_context *ctx;
	const struct stargz_index_options *opt;
	struct link *links;
	struct sgz_index *indexes;
	size_t count;
	struct sgz_below below;
};

/*
 * Read an index that exists. One that has files of lower layers is of no use as
 * a lower layer: it describes their content once more. Then the layer is read.
 */
static int load(struct chain *c, const struct sgz_context *ctx, size_t nr,
		bool *loaded)
{
	struct sgz_index *index = &c->indexes[nr];
	struct sgz_blob file;
	int ret;

	ret = sgz_blob_open(&file, ctx, c->links[nr].from.index, 0, 0);
	if (!ret)
		ret = sgz_index_read(index, ctx, &file);
	*loaded = !ret && index->table[STARGZ_TABLE_BLOBS].count == 1;
	if (*loaded)
		return 0;
	sgz_index_free(index);
	memset(index, 0, sizeof(*index));
	return ret;
}

/* A job of a thread. */
static int read_link(void *data, const struct sgz_context *ctx, size_t nr)
{
	struct chain *c = data;
	struct link *link = &c->links[nr];
	bool loaded = false;
	int ret = 0;

	if (link->from.index >= 0)
		ret = load(c, ctx, nr, &loaded);
	if (ret || loaded)
		return ret;
	return sgz_layer_read(&link->layer, ctx, &link->opt, &link->blob);
}

/* The diffID is known if the layer was decoded as a whole. */
static int check_diffid(const struct chain *c, size_t nr)
{
	const struct stargz_blob *blob = sgz_blob_record(&c->indexes[nr], 0);
	const char *text = c->links[nr].from.diffid;
	uint8_t want[STARGZ_SHA256_LEN];

	if (!text || !(le16toh(blob->digests) & STARGZ_BLOB_DIFFID))
		return 0;
	if (stargz_sha256_parse(text, want))
		return sgz_fail(c->ctx, -EINVAL,
				"the diffID %s is not \"sha256:\" and 64 hexadecimal digits",
				sgz_quote(text, strlen(text)).text);
	if (!memcmp(blob->diffid, want, sizeof(want)))
		return 0;
	return sgz_fail(c->ctx, -EBADMSG,
			"the layer has the diffID sha256:%s, not %s",
			sgz_sha256_hex(blob->diffid).text, text);
}

/* All layers are in the first source. */
static void set_one_source(struct sgz_index *index)
{
	struct stargz_blob *blob = index->table[STARGZ_TABLE_BLOBS].data;

	for (size_t i = 0; i < index->table[STARGZ_TABLE_BLOBS].count; i++)
		blob[i].source = htole32(1);
}

static int write_index(const struct chain *c, struct sgz_index *index, int out)
{
	int ret;

	if (c->opt->one_source)
		set_one_source(index);
	ret = sgz_index_seal(index, c->ctx);
	return ret ? ret : sgz_index_write(index, c->ctx, out);
}

/* Write the index of the layer as an upper layer of overlayfs. */
static int write_link(const struct chain *c, size_t nr)
{
	struct sgz_index chained = { 0 };
	int ret;

	if (c->links[nr].from.out < 0)
		return 0;
	ret = sgz_chain(&chained, c->ctx, c->indexes, nr + 1);
	if (!ret)
		ret = write_index(c, &chained, c->links[nr].from.out);
	sgz_index_free(&chained);
	return ret;
}

static int make_link(struct chain *c, size_t nr)
{
	struct link *link = &c->links[nr];
	struct sgz_layer *layer = link->layer;
	int ret = 0;

	link->layer = NULL;
	if (layer) {
		ret = sgz_layer_index(&c->indexes[nr], c->ctx, &link->opt,
				      layer, &link->blob, &c->below);
		if (!ret)
			ret = sgz_superblock_chained(c->indexes, c->ctx, nr + 1);
		if (!ret)
			ret = check_diffid(c, nr);
	}
	if (!ret)
		ret = write_link(c, nr);
	if (!ret && nr + 1 < c->count)
		ret = sgz_below_add(&c->below, c->ctx);
	return ret;
}

static uint64_t bytes_to_read(const struct chain *c)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < c->count; i++)
		if (c->links[i].from.index < 0)
			sum += c->links[i].blob.size;
	return sum;
}

static int make_links(struct chain *c, size_t *failed)
{
	struct sgz_parallel *p;
	int ret = 0;

	p = sgz_parallel_start(c->ctx, c->count, c->opt->threads,
			       bytes_to_read(c), read_link, c);
	if (!p)
		return sgz_nomem(c->ctx);
	for (size_t i = 0; !ret && i < c->count; i++) {
		ret = sgz_parallel_wait(p, i);
		if (!ret)
			ret = make_link(c, i);
		if (ret)
			*failed = i;
	}
	sgz_parallel_end(p);
	return ret;
}

static int write_image(struct chain *c, struct sgz_index *merged, int out)
{
	struct sgz_blob *blobs = calloc(c->count, sizeof(*blobs));
	int ret;

	if (!blobs)
		return sgz_nomem(c->ctx);
	for (size_t i = 0; i < c->count; i++)
		blobs[i] = c->links[i].blob;
	ret = sgz_device_write(merged, c->ctx, c->opt->align, blobs, out);
	free(blobs);
	return ret;
}

/* Write the index of all layers as one tree, or the device image. */
static int write_merged(struct chain *c, int out,
			struct stargz_index_stats *stats)
{
	struct sgz_index merged = { 0 };
	int ret = sgz_merge(&merged, c->ctx, c->indexes, c->count);

	if (!ret)
		ret = sgz_describe(&merged, c->ctx, c->opt);
	if (!ret)
		ret = c->opt->device_image ? write_image(c, &merged, out) :
					     write_index(c, &merged, out);
	if (!ret && stats)
		sgz_index_stats(&merged, stats);
	sgz_index_free(&merged);
	return ret;
}

static int open_links(struct chain *c, const struct stargz_chain_layer *layers,
		      size_t *failed)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < c->count; i++) {
		struct link *link = &c->links[i];

		link->from = layers[i];
		link->opt = *c->opt;
		link->opt.layer_digest = layers[i].digest;
		ret = sgz_blob_open(&link->blob, c->ctx, layers[i].fd,
				    layers[i].offset, layers[i].size);
		if (ret)
			*failed = i;
	}
	return ret;
}

static int make(struct chain *c, const struct stargz_chain_layer *layers,
		int out, struct stargz_index_stats *stats, size_t *failed)
{
	int ret;

	c->links = calloc(c->count, sizeof(*c->links));
	c->indexes = calloc(c->count, sizeof(*c->indexes));
	if (!c->links || !c->indexes)
		return sgz_nomem(c->ctx);
	c->below.layers = c->indexes;
	ret = open_links(c, layers, failed);
	if (!ret)
		ret = make_links(c, failed);
	if (!ret && c->opt->merge)
		ret = write_merged(c, out, stats);
	return ret;
}

static void free_chain(struct chain *c)
{
	for (size_t i = 0; c->links && c->indexes && i < c->count; i++) {
		sgz_layer_free(c->links[i].layer);
		sgz_index_free(&c->indexes[i]);
	}
	sgz_below_free(&c->below);
	free(c->links);
	free(c->indexes);
}

int stargz_index_chain(const struct stargz_chain_layer *layers, size_t count,
		       const struct stargz_index_options *options, int out,
		       struct stargz_index_stats *stats,
		       struct stargz_error *err, size_t *failed)
{
	struct stargz_index_options opt;
	struct stargz_error unwanted;
	struct sgz_context ctx;
	struct chain c = { .ctx = &ctx, .opt = &opt, .count = count };
	size_t layer = count;
	int ret;

	err = err ? err : &unwanted;
	ret = sgz_options_copy(&opt, sizeof(opt), options, err);
	ctx = sgz_context_of(&opt, err);
	if (!ret && (!count || opt.raw || opt.toc_path || opt.layer_digest))
		ret = sgz_fail(&ctx, -EINVAL, "a chain needs a layer, and is not possible with a raw view, an external table of contents, or one digest");
	if (!ret)
		ret = make(&c, layers, out, stats, &layer);
	if (failed)
		*failed = layer;
	free_chain(&c);
	return ret;
}
