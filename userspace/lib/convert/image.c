// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * What is converted becomes a manifest of OCI: manifests of Docker have neither
 * zstd nor annotations. A manifest in which nothing changes stays as it is.
 */
#include <stdlib.h>
#include <string.h>

#include "convert/annotations.h"
#include "convert/image.h"
#include "convert/json.h"
#include "convert/layers.h"

#define OCI	"application/vnd.oci.image."

/* The documents of an image that is being written. */
struct writing {
	struct sgz_convert *c;
	const struct stargz_image *image;
	struct sgz_doc manifest;
	bool changed;
	uint8_t config_digest[STARGZ_SHA256_LEN];
	uint64_t config_size;
};

int sgz_convert_image_open(struct sgz_convert *c, const struct sgz_context *ctx,
			   const struct sgz_descriptor *manifest,
			   struct stargz_image **to)
{
	struct stargz_image *image = calloc(1, sizeof(*image));
	int ret;

	if (!image)
		return sgz_nomem(ctx);
	/* The store stays that of the conversion. */
	image->store = c->store;
	ret = sgz_image_manifest(image, ctx, manifest);
	if (ret)
		sgz_convert_image_close(image);
	else
		*to = image;
	return ret;
}

void sgz_convert_image_close(struct stargz_image *image)
{
	memset(&image->store, 0, sizeof(image->store));
	image->store.fd = -1;
	stargz_image_close(image);
}

/* Parse the manifest; an image of docker save gets a new one. */
static int parse_manifest(struct sgz_doc *doc, const struct sgz_convert *c,
			  const struct stargz_image *image)
{
	static const char empty[] =
		"{\"schemaVersion\":2,\"mediaType\":\"\",\"config\":{},\"layers\":[]}";
	const char *text = image->has_manifest ? image->manifest.data : empty;
	size_t len = image->has_manifest ? image->manifest.count :
					   strlen(empty);

	return sgz_doc_parse(doc, c->ctx, "manifest", text, len,
			     json_type_object);
}

int sgz_convert_image_scan(struct sgz_convert *c,
			   const struct stargz_image *image)
{
	struct json_object *layers = NULL;
	struct sgz_doc doc = { 0 };
	int ret = parse_manifest(&doc, c, image);

	if (!ret && image->has_manifest)
		ret = sgz_doc_array(&doc, doc.root, "layers", json_type_object,
				    &layers);
	if (!ret)
		ret = sgz_layers_add(c, image, layers);
	sgz_doc_free(&doc);
	return ret;
}

static const char *layer_type(const struct sgz_convert *c)
{
	return c->make.format == STARGZ_LAYER_ZSTD_CHUNKED ?
		       OCI "layer.v1.tar+zstd" : OCI "layer.v1.tar+gzip";
}

/* Describe a new layer, or an old one that lacks annotations. */
static int describe_layer(struct writing *w, struct json_object *descriptor,
			  const struct sgz_convert_layer *layer)
{
	int ret;

	if (layer->kept && sgz_annotated(descriptor))
		return 0;
	w->changed = true;
	ret = sgz_json_describe(w->c->ctx, descriptor, layer_type(w->c),
				layer->made.sha256, layer->made.size);
	return ret ? ret : sgz_annotate(w->c, descriptor, layer);
}

/* Replace the list of layers by a new one. */
static int write_layers(struct writing *w)
{
	struct json_object *old = json_object_object_get(w->manifest.root,
							 "layers");
	struct json_object *list = json_object_new_array();
	int ret = list ? 0 : sgz_nomem(w->c->ctx);

	for (size_t i = 0; !ret && i < w->image->layers.count; i++) {
		const struct sgz_image_layer *from = sgz_image_layer(w->image,
								     i);
		struct json_object *descriptor;

		ret = sgz_json_copy(w->c->ctx, w->image->has_manifest ?
				    json_object_array_get_idx(old, i) : NULL,
				    &descriptor);
		if (ret)
			break;
		ret = describe_layer(w, descriptor,
				     sgz_layers_find(w->c, from->digest));
		if (!ret && json_object_array_add(list, descriptor))
			ret = sgz_nomem(w->c->ctx);
		if (ret)
			json_object_put(descriptor);
	}
	if (!ret)
		return sgz_json_add(w->c->ctx, w->manifest.root, "layers",
				    list);
	json_object_put(list);
	return ret;
}

static bool same_diff_ids(const struct writing *w)
{
	for (size_t i = 0; i < w->image->layers.count; i++) {
		const struct sgz_image_layer *from = sgz_image_layer(w->image,
								     i);

		if (memcmp(sgz_layers_find(w->c, from->digest)->made.diff_id,
			   from->diff_id, sizeof(from->diff_id)))
			return false;
	}
	return true;
}

/* The configuration with new diffIDs. */
static int set_diff_ids(struct writing *w, struct json_object *config)
{
	struct json_object *rootfs = json_object_object_get(config, "rootfs");
	struct json_object *ids = json_object_new_array();
	int ret = ids ? 0 : sgz_nomem(w->c->ctx);

	for (size_t i = 0; !ret && i < w->image->layers.count; i++) {
		const struct sgz_convert_layer *layer = sgz_layers_find(w->c,
			sgz_image_layer(w->image, i)->digest);

		if (json_object_array_add(ids, sgz_json_digest(layer->made.diff_id)))
			ret = sgz_nomem(w->c->ctx);
	}
	if (!ret)
		return sgz_json_add(w->c->ctx, rootfs, "diff_ids", ids);
	json_object_put(ids);
	return ret;
}

static int put(struct writing *w, const char *text, size_t len,
	       uint8_t digest[STARGZ_SHA256_LEN])
{
	if (!text)
		return sgz_nomem(w->c->ctx);
	if (len > SGZ_DOC_MAX)
		return sgz_fail(w->c->ctx, -E2BIG,
				"a new document has %zu bytes; the limit is %u",
				len, SGZ_DOC_MAX);
	return sgz_destination_put(&w->c->dest, w->c->ctx, text, len, digest);
}

static int write_config(struct writing *w)
{
	const struct sgz_vec *old = &w->image->config;
	struct sgz_doc doc = { 0 };
	const char *text;
	int ret;

	if (same_diff_ids(w)) {
		w->config_size = old->count;
		return put(w, old->data, old->count, w->config_digest);
	}
	w->changed = true;
	ret = sgz_doc_parse(&doc, w->c->ctx, "configuration", old->data,
			    old->count, json_type_object);
	if (!ret)
		ret = set_diff_ids(w, doc.root);
	if (!ret) {
		text = sgz_json_text(doc.root);
		w->config_size = text ? strlen(text) : 0;
		ret = put(w, text, w->config_size, w->config_digest);
	}
	sgz_doc_free(&doc);
	return ret;
}

static int write_new_manifest(struct writing *w, struct json_object *descriptor)
{
	const struct sgz_context *ctx = w->c->ctx;
	struct json_object *root = w->manifest.root;
	uint8_t digest[STARGZ_SHA256_LEN];
	const char *text;
	int ret;

	ret = sgz_json_add_text(ctx, root, "mediaType",
				OCI "manifest.v1+json");
	if (!ret)
		ret = sgz_json_describe(ctx, json_object_object_get(root, "config"),
					OCI "config.v1+json", w->config_digest,
					w->config_size);
	text = ret ? NULL : sgz_json_text(root);
	if (!ret)
		ret = put(w, text, text ? strlen(text) : 0, digest);
	return ret ? ret : sgz_json_describe(ctx, descriptor,
					     OCI "manifest.v1+json", digest,
					     strlen(text));
}

static int write_documents(struct writing *w, struct json_object *descriptor)
{
	const struct sgz_vec *old = &w->image->manifest;
	uint8_t digest[STARGZ_SHA256_LEN];
	int ret = write_layers(w);

	if (!ret)
		ret = write_config(w);
	if (ret)
		return ret;
	if (w->changed || !w->image->has_manifest)
		return write_new_manifest(w, descriptor);
	return put(w, old->data, old->count, digest);
}

int sgz_convert_image_write(struct sgz_convert *c,
			    const struct stargz_image *image,
			    struct json_object *descriptor)
{
	struct writing w = { .c = c, .image = image };
	int ret = parse_manifest(&w.manifest, c, image);

	if (!ret)
		ret = write_documents(&w, descriptor);
	sgz_doc_free(&w.manifest);
	return ret;
}
