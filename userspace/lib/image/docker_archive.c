// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * manifest.json of docker save names configuration and layers by their paths in
 * the archive. Layers are usually not compressed, so the diffID is the digest of
 * the layer. Newer versions of Docker store compressed layers as well, at paths
 * that hold their digests, or describe them in "LayerSources".
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "image/docker_archive.h"

static const char manifest_name[] = "manifest.json";

/* Read manifest.json. */
static int read_manifest(struct sgz_doc *doc, const struct sgz_store *store,
			 const struct sgz_context *ctx, struct sgz_vec *bytes)
{
	struct sgz_place place;
	int ret = sgz_store_file(store, ctx, manifest_name, &place);

	if (!ret)
		ret = sgz_store_read(store, ctx, manifest_name, &place, bytes);
	if (!ret)
		ret = sgz_doc_parse(doc, ctx, manifest_name, bytes->data,
				    bytes->count, json_type_array);
	return ret;
}

/* The image with a number; it is an object. */
static int get_item(const struct sgz_doc *doc, size_t nr,
		    struct json_object **item)
{
	*item = json_object_array_get_idx(doc->root, nr);
	return json_object_is_type(*item, json_type_object) ? 0 :
	       sgz_doc_bad(doc, "element %zu is not an object", nr);
}

static int list_item(const struct sgz_doc *doc, struct json_object *item,
		     sgz_docker_fn fn, void *data)
{
	struct json_object *tags;
	size_t count;
	int ret;

	ret = sgz_doc_array(doc, item, "RepoTags", json_type_string, &tags);
	count = !ret && tags ? json_object_array_length(tags) : 0;
	if (!ret && !count)
		return fn(data, NULL);
	for (size_t i = 0; !ret && i < count; i++) {
		const char *tag;

		ret = sgz_doc_value(doc, json_object_array_get_idx(tags, i),
				    "RepoTags", &tag);
		if (!ret)
			ret = fn(data, tag);
	}
	return ret;
}

static int list_items(const struct sgz_doc *doc, sgz_docker_fn fn, void *data)
{
	size_t count = json_object_array_length(doc->root);
	struct json_object *item;
	int ret = 0;

	for (size_t i = 0; !ret && i < count; i++) {
		ret = get_item(doc, i, &item);
		if (!ret)
			ret = list_item(doc, item, fn, data);
	}
	return ret;
}

int sgz_docker_list(const struct sgz_store *store,
		    const struct sgz_context *ctx, sgz_docker_fn fn, void *data)
{
	struct sgz_vec bytes = { 0 };
	struct sgz_doc doc = { 0 };
	int ret = read_manifest(&doc, store, ctx, &bytes);

	if (!ret)
		ret = list_items(&doc, fn, data);
	sgz_doc_free(&doc);
	sgz_vec_free(&bytes);
	return ret;
}

/* The short form of a name: Docker's own registry and "latest" are implied. */
static void shorten(const char **ref, size_t *len)
{
	static const char *const prefixes[] = {
		"docker.io", "index.docker.io", "library",
	};
	static const char latest[] = ":latest";

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t n = strlen(prefixes[i]);

		if (!strncmp(*ref, prefixes[i], n) && (*ref)[n] == '/')
			*ref += n + 1;
	}
	*len = strlen(*ref);
	if (*len > strlen(latest) &&
	    !strcmp(*ref + *len - strlen(latest), latest))
		*len -= strlen(latest);
}

static bool same_name(const char *a, const char *b)
{
	size_t len_a, len_b;

	shorten(&a, &len_a);
	shorten(&b, &len_b);
	return len_a == len_b && !memcmp(a, b, len_a);
}

/* The search for a name. */
struct search {
	const char *ref;
	const char *found;
	char others[200];
};

static int match(void *data, const char *ref)
{
	struct search *s = data;
	size_t len = strlen(s->others);

	if (!ref)
		return 0;
	if (!s->found && (!s->ref || same_name(ref, s->ref)))
		s->found = ref;
	if (len + strlen(ref) + 3 < sizeof(s->others))
		sprintf(s->others + len, "%s%s", len ? ", " : "", ref);
	return 0;
}

static int search_name(const struct sgz_doc *doc, struct search *s,
		       struct json_object **item)
{
	size_t count = json_object_array_length(doc->root);
	int ret;

	for (size_t i = 0; i < count; i++) {
		ret = get_item(doc, i, item);
		if (!ret)
			ret = list_item(doc, *item, match, s);
		if (ret || s->found)
			return ret;
	}
	return sgz_fail(doc->ctx, -ENOENT, "no image %s; there are: %s",
			sgz_quote(s->ref, strlen(s->ref)).text, s->others);
}

/* Find the image that is asked for. */
static int choose(const struct sgz_doc *doc, const char *ref, struct search *s,
		  struct json_object **item)
{
	size_t count = json_object_array_length(doc->root);
	unsigned long nr = 0;
	int ret = 0;

	if (ref && *ref == '@')
		nr = strtoul(ref + 1, NULL, 10);
	else if (ref)
		return search_name(doc, s, item);
	if (nr >= count)
		return sgz_fail(doc->ctx, -ENOENT, "no image %lu; there are %zu",
				nr, count);
	if (!ref && count > 1) {
		ret = list_items(doc, match, s);
		return ret ? ret : sgz_fail(doc->ctx, -EINVAL,
					    "has %zu images; name one: %s",
					    count, s->others);
	}
	ret = get_item(doc, nr, item);
	return ret ? ret : list_item(doc, *item, match, s);
}

/* A digest in the last name of a path: "blobs/sha256/HEX", "HEX.json". */
static bool digest_of_path(const char *path,
			   uint8_t digest[STARGZ_SHA256_LEN])
{
	char text[sizeof("sha256:") + STARGZ_SHA256_HEX];
	const char *name = strrchr(path, '/');

	name = name ? name + 1 : path;
	if (!strncmp(name, "sha256:", 7))
		name += 7;
	if (name[strcspn(name, ".")] && strcmp(strchr(name, '.'), ".json"))
		return false;
	snprintf(text, sizeof(text), "sha256:%.*s", (int)strcspn(name, "."),
		 name);
	return !stargz_sha256_parse(text, digest);
}

static int read_config(struct stargz_image *image, const struct sgz_doc *doc,
		       struct json_object *item)
{
	const struct sgz_context *ctx = doc->ctx;
	uint8_t named[STARGZ_SHA256_LEN];
	struct sgz_place place;
	const char *path;
	int ret;

	ret = sgz_doc_text(doc, item, "Config", &path);
	if (!ret && !path)
		ret = sgz_doc_bad(doc, "\"Config\" is missing");
	if (!ret)
		ret = sgz_store_file(&image->store, ctx, path, &place);
	if (!ret)
		ret = sgz_store_read(&image->store, ctx, "configuration",
				     &place, &image->config);
	if (!ret)
		ret = stargz_sha256(image->config.data, image->config.count,
				    image->config_digest, ctx->err);
	if (ret || !digest_of_path(path, named) ||
	    !memcmp(named, image->config_digest, sizeof(named)))
		return ret;
	return sgz_fail(ctx, -EBADMSG,
			"configuration has the digest sha256:%s, not sha256:%s",
			sgz_sha256_hex(image->config_digest).text,
			sgz_sha256_hex(named).text);
}

static int take_layers(struct stargz_image *image, const struct sgz_doc *doc,
		       struct json_object *item)
{
	struct json_object *list;
	size_t count;
	int ret;

	ret = sgz_doc_array(doc, item, "Layers", json_type_string, &list);
	count = !ret && list ? json_object_array_length(list) : 0;
	if (!ret)
		ret = sgz_image_check_layers(doc->ctx, count);
	for (size_t i = 0; !ret && i < count; i++) {
		struct sgz_image_layer *layer;
		const char *path;

		ret = sgz_doc_value(doc, json_object_array_get_idx(list, i),
				    "Layers", &path);
		if (!ret)
			ret = sgz_image_add_layer(image, doc->ctx, &layer);
		if (!ret)
			ret = sgz_store_file(&image->store, doc->ctx, path,
					     &layer->place);
		if (!ret)
			layer->size = layer->place.size;
	}
	return ret;
}

static int is_compressed(const struct stargz_image *image,
			 const struct sgz_context *ctx,
			 const struct sgz_image_layer *layer)
{
	static const uint8_t gzip[] = { 0x1f, 0x8b };
	static const uint8_t zstd[] = { 0x28, 0xb5, 0x2f, 0xfd };
	uint8_t head[4] = { 0 };
	ssize_t n = pread(image->store.fd, head, layer->size < sizeof(head) ?
			  layer->size : sizeof(head), layer->place.start);

	if (n < 0)
		return sgz_fail(ctx, -errno, "read: %s", strerror(errno));
	return !memcmp(head, gzip, sizeof(gzip)) ||
	       !memcmp(head, zstd, sizeof(zstd));
}

/* The descriptor of a layer in "LayerSources", which has them by diffID. */
static int from_sources(struct sgz_image_layer *layer,
			const struct sgz_doc *doc, struct json_object *item,
			bool *found)
{
	char key[sizeof("sha256:") + STARGZ_SHA256_HEX];
	struct json_object *sources, *source;
	struct sgz_descriptor d;
	int ret;

	snprintf(key, sizeof(key), "sha256:%s",
		 sgz_sha256_hex(layer->diff_id).text);
	ret = sgz_doc_member(doc, item, "LayerSources", json_type_object,
			     &sources);
	if (!ret)
		ret = sgz_doc_member(doc, sources, key, json_type_object,
				     &source);
	if (!ret && source)
		ret = sgz_descriptor_parse(&d, doc, source);
	*found = !ret && source && d.size == layer->size;
	if (*found)
		memcpy(layer->digest, d.digest, sizeof(layer->digest));
	return ret;
}

/* Only the bytes say what the digest is. */
static int compute_digest(const struct stargz_image *image,
			  const struct sgz_context *ctx,
			  struct sgz_image_layer *layer)
{
	struct sgz_sha256 sha;
	struct sgz_blob blob;
	int ret = sgz_blob_open(&blob, ctx, image->store.fd,
				layer->place.start, layer->place.size);

	if (!ret)
		ret = sgz_sha256_open(&sha, ctx);
	if (ret)
		return ret;
	blob.sha = &sha;
	ret = sgz_blob_digest(&blob, ctx, layer->digest);
	sgz_sha256_close(&sha);
	return ret;
}

/* Take the digest of an earlier layer that is at the same place. */
static bool earlier_digest(struct stargz_image *image, size_t nr)
{
	struct sgz_image_layer *layer = sgz_image_layer(image, nr);

	for (size_t i = 0; i < nr; i++) {
		const struct sgz_image_layer *other = sgz_image_layer(image, i);

		if (other->place.start != layer->place.start ||
		    other->place.size != layer->place.size)
			continue;
		memcpy(layer->digest, other->digest, sizeof(layer->digest));
		return true;
	}
	return false;
}

static int find_digest(struct stargz_image *image, const struct sgz_doc *doc,
		       struct json_object *item, size_t nr)
{
	struct sgz_image_layer *layer = sgz_image_layer(image, nr);
	struct json_object *paths = json_object_object_get(item, "Layers");
	struct json_object *path = json_object_array_get_idx(paths, nr);
	bool found = false;
	int ret = is_compressed(image, doc->ctx, layer);

	if (ret < 0)
		return ret;
	if (!ret) {
		memcpy(layer->digest, layer->diff_id, sizeof(layer->digest));
		return 0;
	}
	ret = from_sources(layer, doc, item, &found);
	if (ret || found)
		return ret;
	if (earlier_digest(image, nr))
		return 0;
	if (strstr(json_object_get_string(path), "blobs/sha256/") &&
	    digest_of_path(json_object_get_string(path), layer->digest))
		return 0;
	return compute_digest(image, doc->ctx, layer);
}

static int take_item(struct stargz_image *image, const struct sgz_doc *doc,
		     struct json_object *item)
{
	int ret = read_config(image, doc, item);

	if (!ret)
		ret = take_layers(image, doc, item);
	if (!ret)
		ret = sgz_image_config(image, doc->ctx);
	for (size_t i = 0; !ret && i < image->layers.count; i++)
		ret = find_digest(image, doc, item, i);
	return ret;
}

int sgz_docker_open(struct stargz_image *image, const struct sgz_context *ctx,
		    const char *ref)
{
	struct search s = { .ref = ref && *ref != '@' ? ref : NULL };
	struct sgz_vec bytes = { 0 };
	struct sgz_doc doc = { 0 };
	struct json_object *item = NULL;
	int ret = read_manifest(&doc, &image->store, ctx, &bytes);

	if (!ret)
		ret = choose(&doc, ref, &s, &item);
	if (!ret)
		ret = sgz_image_keep(image, ctx, &image->ref, s.found);
	if (!ret)
		ret = take_item(image, &doc, item);
	sgz_doc_free(&doc);
	sgz_vec_free(&bytes);
	return ret;
}
