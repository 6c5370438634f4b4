// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: the manifest that an engine gets. An image of docker save has none;
 * the one that is made for it describes the layers as they are in the archive.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store.h"

#define OCI	"application/vnd.oci.image."

static void add_text(struct json_object *o, const char *key, const char *text)
{
	json_object_object_add(o, key, json_object_new_string(text));
}

static struct json_object *new_descriptor(const char *type,
					  const uint8_t *sha256, uint64_t size)
{
	struct json_object *o = json_object_new_object();
	char digest[STORE_DIGEST];

	store_digest(digest, sha256);
	add_text(o, "mediaType", type);
	add_text(o, "digest", digest);
	json_object_object_add(o, "size", json_object_new_uint64(size));
	return o;
}

/* The media type of a layer that has none, by its first bytes. */
static const char *guess_type(const struct image_layer *layer)
{
	static const uint8_t gzip[] = { 0x1f, 0x8b };
	static const uint8_t zstd[] = { 0x28, 0xb5, 0x2f, 0xfd };
	uint8_t head[4] = { 0 };

	if (pread(layer->fd, head, sizeof(head), layer->info.start) < 0)
		return OCI "layer.v1.tar";
	if (!memcmp(head, gzip, sizeof(gzip)))
		return OCI "layer.v1.tar+gzip";
	if (!memcmp(head, zstd, sizeof(zstd)))
		return OCI "layer.v1.tar+zstd";
	return OCI "layer.v1.tar";
}

static struct json_object *new_manifest(const struct stored *im)
{
	struct json_object *o = json_object_new_object();
	struct json_object *layers = json_object_new_array();

	json_object_object_add(o, "schemaVersion", json_object_new_int(2));
	add_text(o, "mediaType", OCI "manifest.v1+json");
	json_object_object_add(o, "config",
			       new_descriptor(OCI "config.v1+json",
					      im->info.config_sha256,
					      im->info.config_len));
	for (size_t i = 0; i < im->img.count; i++) {
		const struct image_layer *layer = &im->img.layers[i];

		json_object_array_add(layers,
				      new_descriptor(guess_type(layer),
						     layer->info.sha256,
						     layer->info.size));
	}
	json_object_object_add(o, "layers", layers);
	return o;
}

/* Make a manifest; returns 0 or a negative errno. */
static int make(struct stored *im)
{
	struct json_object *o = new_manifest(im);
	uint8_t sha256[STARGZ_SHA256_LEN];
	const char *text;
	int ret;

	text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_NOSLASHESCAPE);
	im->own_manifest = xasprintf("%s", text);
	json_object_put(o);
	im->manifest = im->own_manifest;
	im->manifest_len = strlen(im->manifest);
	im->media_type = OCI "manifest.v1+json";
	ret = stargz_sha256(im->manifest, im->manifest_len, sha256, NULL);
	store_digest(im->digest, sha256);
	return ret;
}

int store_manifest(struct stored *im)
{
	int ret = 0;

	if (!im->info.manifest)
		ret = make(im);
	if (ret) {
		msg_error(im->s->image, "%s", strerror(-ret));
		return ret;
	}
	if (im->own_manifest)
		return 0;
	im->manifest = im->info.manifest;
	im->manifest_len = im->info.manifest_len;
	im->media_type = im->info.media_type;
	store_digest(im->digest, im->info.manifest_sha256);
	return 0;
}
