// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Manifests of OCI, and those of Docker, schema 2.
 */
#include <stdlib.h>
#include <string.h>

#include "image/image.h"
#include "image/list.h"

static const char manifest_type[] =
	"application/vnd.oci.image.manifest.v1+json";

static const char *const config_types[] = {
	"application/vnd.oci.image.config.v1+json",
	"application/vnd.docker.container.image.v1+json",
};

static const char *const layer_types[] = {
	"application/vnd.oci.image.layer.v1.tar",
	"application/vnd.oci.image.layer.nondistributable.v1.tar",
	"application/vnd.docker.image.rootfs.diff.tar",
	"application/vnd.docker.image.rootfs.foreign.diff.tar",
};

/* OCI and Docker write the compression with different signs. */
static const char *const compressions[] = {
	"", "+gzip", ".gzip", "+zstd", ".zstd",
};

static bool is_config_type(const char *type)
{
	for (size_t i = 0; i < sizeof(config_types) / sizeof(config_types[0]);
	     i++)
		if (!strcmp(type, config_types[i]))
			return true;
	return !*type;
}

static bool is_layer_type(const char *type)
{
	for (size_t i = 0; i < sizeof(layer_types) / sizeof(layer_types[0]);
	     i++) {
		size_t len = strlen(layer_types[i]);

		if (strncmp(type, layer_types[i], len))
			continue;
		for (size_t k = 0;
		     k < sizeof(compressions) / sizeof(compressions[0]); k++)
			if (!strcmp(type + len, compressions[k]))
				return true;
	}
	return !*type;
}

static int check_layer_type(const struct sgz_doc *doc, size_t nr,
			    const char *type)
{
	const char *end = strrchr(type, '+');

	if (is_layer_type(type))
		return 0;
	if (end && !strcmp(end, "+encrypted"))
		return sgz_fail(doc->ctx, -EINVAL,
				"layer %zu is encrypted; decrypt the image first: skopeo copy --decryption-key=KEY",
				nr);
	return sgz_fail(doc->ctx, -EINVAL, "layer %zu: unknown media type %s",
			nr, sgz_quote(type, strlen(type)).text);
}

/* Find the blob of a layer, which may be missing until it is needed. */
static int place_layer(struct stargz_image *image, const struct sgz_context *ctx,
		       struct sgz_image_layer *layer)
{
	struct stargz_error err;
	const struct sgz_context quiet = sgz_context_quiet(ctx, &err);
	int ret = sgz_store_blob(&image->store, &quiet, layer->digest,
				 &layer->place);

	layer->missing = ret == -ENOENT;
	return ret && !layer->missing ? sgz_fail(ctx, ret, "%s", err.text) : 0;
}

static int take_layer(struct stargz_image *image, const struct sgz_doc *doc,
		      size_t nr, struct json_object *in)
{
	struct sgz_image_layer *layer;
	struct sgz_descriptor d;
	int ret;

	ret = sgz_descriptor_parse(&d, doc, in);
	if (!ret)
		ret = check_layer_type(doc, nr, d.media_type);
	if (!ret)
		ret = sgz_image_add_layer(image, doc->ctx, &layer);
	if (ret)
		return ret;
	memcpy(layer->digest, d.digest, sizeof(layer->digest));
	layer->size = d.size;
	ret = sgz_image_keep(image, doc->ctx, &layer->media_type,
			     d.media_type);
	if (!ret)
		ret = sgz_image_keep(image, doc->ctx, &layer->url, d.url);
	return ret ? ret : place_layer(image, doc->ctx, layer);
}

static int take_layers(struct stargz_image *image, const struct sgz_doc *doc)
{
	struct json_object *list;
	size_t count;
	int ret;

	ret = sgz_doc_array(doc, doc->root, "layers", json_type_object, &list);
	count = !ret && list ? json_object_array_length(list) : 0;
	if (!ret)
		ret = sgz_image_check_layers(doc->ctx, count);
	for (size_t i = 0; !ret && i < count; i++)
		ret = take_layer(image, doc, i,
				 json_object_array_get_idx(list, i));
	return ret;
}

/* Read the configuration that a manifest names. */
static int read_config(struct sgz_vec *bytes, uint8_t digest[STARGZ_SHA256_LEN],
		       const struct sgz_store *store, const struct sgz_doc *doc)
{
	struct json_object *value;
	struct sgz_descriptor d;
	int ret;

	ret = sgz_doc_member(doc, doc->root, "config", json_type_object,
			     &value);
	if (!ret && !value)
		ret = sgz_doc_bad(doc, "\"config\" is missing");
	if (!ret)
		ret = sgz_descriptor_parse(&d, doc, value);
	if (ret)
		return ret;
	if (!is_config_type(d.media_type))
		return sgz_fail(doc->ctx, -EINVAL,
				"%s: not an image: its configuration has the media type %s",
				doc->name, sgz_quote(d.media_type,
						     strlen(d.media_type)).text);
	memcpy(digest, d.digest, STARGZ_SHA256_LEN);
	return sgz_descriptor_read(&d, store, doc->ctx, "configuration", bytes);
}

/* Read and parse a manifest. */
static int open_manifest(struct sgz_doc *doc, const struct sgz_context *ctx,
			 const struct sgz_store *store,
			 const struct sgz_descriptor *d, struct sgz_vec *bytes)
{
	int ret = sgz_descriptor_read(d, store, ctx, "manifest", bytes), kind;

	if (!ret)
		ret = sgz_doc_parse(doc, ctx, "manifest", bytes->data,
				    bytes->count, json_type_object);
	if (ret)
		return ret;
	kind = sgz_doc_kind(doc, d->media_type);
	if (kind == SGZ_DOC_INDEX)
		return sgz_doc_bad(doc, "is an index");
	return kind < 0 ? kind : 0;
}

int sgz_manifest_platform(struct sgz_platform *platform,
			  const struct sgz_context *ctx,
			  const struct sgz_store *store,
			  const struct sgz_descriptor *manifest,
			  uint64_t *read)
{
	struct sgz_vec bytes = { 0 }, config = { 0 };
	uint8_t digest[STARGZ_SHA256_LEN];
	struct sgz_doc doc = { 0 };
	int ret;

	ret = open_manifest(&doc, ctx, store, manifest, &bytes);
	if (!ret)
		ret = read_config(&config, digest, store, &doc);
	if (!ret)
		ret = sgz_config_platform(platform, ctx, &config);
	*read += bytes.count + config.count;
	sgz_doc_free(&doc);
	sgz_vec_free(&bytes);
	sgz_vec_free(&config);
	return ret;
}

int sgz_image_manifest(struct stargz_image *image,
		       const struct sgz_context *ctx,
		       const struct sgz_descriptor *manifest)
{
	struct sgz_doc doc = { 0 };
	const char *type = NULL;
	int ret;

	image->has_manifest = true;
	memcpy(image->manifest_digest, manifest->digest,
	       sizeof(image->manifest_digest));
	ret = open_manifest(&doc, ctx, &image->store, manifest,
			    &image->manifest);
	if (!ret)
		ret = sgz_doc_text(&doc, doc.root, "mediaType", &type);
	/* Only manifests of OCI may lack a media type. */
	if (!type)
		type = *manifest->media_type ? manifest->media_type :
					       manifest_type;
	if (!ret)
		ret = sgz_image_keep(image, ctx, &image->media_type, type);
	if (!ret)
		ret = read_config(&image->config, image->config_digest,
				  &image->store, &doc);
	if (!ret)
		ret = take_layers(image, &doc);
	sgz_doc_free(&doc);
	return ret ? ret : sgz_image_config(image, ctx);
}
