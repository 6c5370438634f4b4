// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * The configuration of an image: platform, diffIDs, history.
 */
#include <string.h>

#include "image/image.h"

static int parse(struct sgz_doc *doc, const struct sgz_context *ctx,
		 const struct sgz_vec *bytes)
{
	return sgz_doc_parse(doc, ctx, "configuration", bytes->data,
			     bytes->count, json_type_object);
}

static int get_platform(struct sgz_platform *platform,
			const struct sgz_doc *doc)
{
	const char *os, *arch, *variant;
	int ret;

	ret = sgz_doc_text(doc, doc->root, "os", &os);
	if (!ret)
		ret = sgz_doc_text(doc, doc->root, "architecture", &arch);
	if (!ret)
		ret = sgz_doc_text(doc, doc->root, "variant", &variant);
	if (!ret)
		sgz_platform_set(platform, os, arch, variant);
	return ret;
}

int sgz_config_platform(struct sgz_platform *platform,
			const struct sgz_context *ctx,
			const struct sgz_vec *bytes)
{
	struct sgz_doc doc;
	int ret = parse(&doc, ctx, bytes);

	if (!ret)
		ret = get_platform(platform, &doc);
	sgz_doc_free(&doc);
	return ret;
}

static int get_diff_ids(struct stargz_image *image, const struct sgz_doc *doc)
{
	struct json_object *rootfs, *ids;
	size_t count;
	int ret;

	ret = sgz_doc_member(doc, doc->root, "rootfs", json_type_object,
			     &rootfs);
	if (!ret)
		ret = sgz_doc_array(doc, rootfs, "diff_ids", json_type_string,
				    &ids);
	if (ret)
		return ret;
	count = ids ? json_object_array_length(ids) : 0;
	if (count != image->layers.count)
		return sgz_doc_bad(doc, "%zu diffIDs, but the image has %zu layers",
				   count, image->layers.count);
	for (size_t i = 0; !ret && i < count; i++) {
		struct json_object *id = json_object_array_get_idx(ids, i);
		const char *text;

		ret = sgz_doc_value(doc, id, "diff_ids", &text);
		if (!ret)
			ret = sgz_digest_parse(doc, text,
					       sgz_image_layer(image, i)->diff_id);
	}
	return ret;
}

static bool is_empty_layer(struct json_object *step)
{
	return json_object_get_boolean(json_object_object_get(step,
							      "empty_layer"));
}

/* The steps that made layers, in the order of the layers. */
static int get_history(struct stargz_image *image, const struct sgz_doc *doc)
{
	struct json_object *steps;
	size_t count, layer = 0;
	int ret;

	ret = sgz_doc_array(doc, doc->root, "history", json_type_object,
			    &steps);
	count = !ret && steps ? json_object_array_length(steps) : 0;
	for (size_t i = 0; !ret && i < count; i++) {
		struct json_object *step = json_object_array_get_idx(steps, i);
		const char *text;

		if (is_empty_layer(step) || layer == image->layers.count)
			continue;
		ret = sgz_doc_text(doc, step, "created_by", &text);
		if (!ret)
			ret = sgz_image_keep(image, doc->ctx,
					     &sgz_image_layer(image, layer++)
					     ->created_by, text);
	}
	return ret;
}

int sgz_image_config(struct stargz_image *image, const struct sgz_context *ctx)
{
	const char *created = NULL;
	struct sgz_doc doc;
	int ret = parse(&doc, ctx, &image->config);

	if (!ret)
		ret = get_platform(&image->platform, &doc);
	image->platform_text = sgz_platform_text(&image->platform);
	if (!ret)
		ret = sgz_doc_text(&doc, doc.root, "created", &created);
	if (!ret)
		ret = sgz_image_keep(image, ctx, &image->created, created);
	if (!ret)
		ret = get_diff_ids(image, &doc);
	if (!ret)
		ret = get_history(image, &doc);
	sgz_doc_free(&doc);
	return ret;
}
