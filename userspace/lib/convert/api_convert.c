// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * stargz/convert.h: the steps of a conversion. Learned from the converters of
 * nerdctl and containerd which members of documents change.
 */
#include <string.h>

#include "base/options.h"
#include "convert/documents.h"
#include "convert/layers.h"

/* The layers are complete: name them, then the documents, then the images. */
static int finish(struct sgz_convert *c)
{
	struct json_object *list;
	int ret = sgz_layers_keep(c);

	if (ret)
		return ret;
	ret = sgz_documents_write(c, &list);
	if (!ret)
		ret = sgz_destination_end(&c->dest, c->ctx, list);
	json_object_put(list);
	return ret;
}

static int convert(struct sgz_convert *c, const char *path)
{
	int ret = sgz_store_open(&c->store, c->ctx, c->from.transport,
				 c->from.path);

	if (!ret)
		ret = sgz_documents_scan(c);
	if (!ret)
		ret = sgz_destination_open(&c->dest, c->ctx, path);
	if (!ret)
		ret = sgz_layers_make(c);
	if (!ret)
		ret = finish(c);
	sgz_layers_free(c);
	if (ret)
		sgz_destination_drop(&c->dest);
	sgz_destination_close(&c->dest);
	return ret;
}

static int check_options(struct sgz_convert *c,
			 const struct sgz_image_name *to)
{
	bool podman = c->opt->reader == STARGZ_READER_PODMAN &&
		      c->make.format == STARGZ_LAYER_ZSTD_CHUNKED;

	if (to->transport != SGZ_OCI || to->has_digest)
		return sgz_fail(c->ctx, -EINVAL,
				"the destination is not oci:DIR or oci:DIR:TAG");
	if (c->make.format == STARGZ_LAYER_EXTERNAL_TOC)
		return sgz_fail(c->ctx, -EINVAL,
				"layers with an external table of contents cannot be in an image");
	if (podman && c->make.min_member)
		return sgz_fail(c->ctx, -EINVAL,
				"podman needs a frame for each file");
	return 0;
}

/* What the caller did not leave to the conversion. */
static int take_make(struct sgz_convert *c)
{
	struct stargz_make_options given;
	int ret = sgz_options_copy(&given, sizeof(given), c->opt->make,
				   c->ctx->err);

	c->make = (struct stargz_make_options){
		.struct_size = sizeof(c->make),
		.format = given.format,
		.encoding = given.encoding,
		.level = given.level,
		.max_member = given.max_member,
		.chunk_size = given.chunk_size,
		.min_member = given.min_member,
		.pad = given.pad,
	};
	return ret;
}

int stargz_image_convert(const char *from, const char *to,
			 const struct stargz_convert_options *options,
			 struct stargz_error *err)
{
	struct stargz_convert_options opt;
	struct stargz_error unwanted;
	struct sgz_context ctx = { .err = err ? err : &unwanted };
	struct sgz_convert c = {
		.ctx = &ctx, .opt = &opt, .from_name = from,
		.store = { .fd = -1 }, .dest = { .dir = -1, .blobs = -1 },
	};
	struct sgz_image_name name = { 0 };
	int ret;

	ret = sgz_options_copy(&opt, sizeof(opt), options, ctx.err);
	if (ret)
		return ret;
	ctx.warn = opt.warn;
	ctx.progress = opt.progress;
	ctx.data = opt.data;
	ret = take_make(&c);
	if (!ret)
		ret = sgz_image_name_parse(&name, &ctx, to);
	c.tag = name.ref;
	if (!ret)
		ret = check_options(&c, &name);
	if (!ret)
		ret = sgz_image_name_parse(&c.from, &ctx, from);
	if (!ret)
		ret = convert(&c, name.path);
	sgz_store_close(&c.store);
	sgz_arena_free(&c.texts);
	sgz_image_name_free(&c.from);
	sgz_image_name_free(&name);
	return ret;
}

int stargz_layout_add(const char *layout, const char *index, size_t len,
		      struct stargz_error *err)
{
	struct stargz_error unwanted;
	const struct sgz_context ctx = { .err = err ? err : &unwanted };
	struct json_object *images = NULL;
	struct sgz_destination dest;
	struct sgz_doc doc;
	int ret;

	ret = sgz_doc_parse(&doc, &ctx, "index", index, len, json_type_object);
	if (!ret)
		ret = sgz_doc_array(&doc, doc.root, "manifests",
				    json_type_object, &images);
	if (!ret && !images)
		ret = sgz_doc_bad(&doc, "\"manifests\" is missing");
	if (!ret) {
		ret = sgz_destination_open(&dest, &ctx, layout);
		if (!ret)
			ret = sgz_destination_end(&dest, &ctx, images);
		sgz_destination_close(&dest);
	}
	sgz_doc_free(&doc);
	return ret;
}
