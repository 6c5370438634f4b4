// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * stargz/image.h: what an open image has.
 */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "image/image.h"

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

void stargz_image_get_info(const struct stargz_image *image,
			   struct stargz_image_info *info)
{
	*info = (struct stargz_image_info){
		.ref = or_empty(image->ref),
		.platform = image->platform_text.text,
		.created = or_empty(image->created),
		.media_type = or_empty(image->media_type),
		.manifest = image->has_manifest ? image->manifest.data : NULL,
		.manifest_len = image->manifest.count,
		.config = image->config.data,
		.config_len = image->config.count,
		.layers = image->layers.count,
		.one_file = sgz_store_is_archive(&image->store),
	};
	memcpy(info->manifest_sha256, image->manifest_digest,
	       sizeof(info->manifest_sha256));
	memcpy(info->config_sha256, image->config_digest,
	       sizeof(info->config_sha256));
}

int stargz_image_get_layer(const struct stargz_image *image, size_t nr,
			   struct stargz_image_layer *layer)
{
	const struct sgz_image_layer *from;

	if (nr >= image->layers.count)
		return -ENOENT;
	from = sgz_image_layer(image, nr);
	*layer = (struct stargz_image_layer){
		.media_type = or_empty(from->media_type),
		.created_by = or_empty(from->created_by),
		.start = from->place.start,
		.size = from->size,
		.missing = from->missing,
	};
	memcpy(layer->sha256, from->digest, sizeof(layer->sha256));
	memcpy(layer->diffid, from->diff_id, sizeof(layer->diffid));
	return 0;
}

static int is_missing(const struct sgz_context *ctx, size_t nr,
		      const struct sgz_image_layer *layer)
{
	const struct sgz_hex hex = sgz_sha256_hex(layer->digest);

	if (layer->url)
		return sgz_fail(ctx, -ENOENT,
				"layer %zu is missing: sha256:%s, a foreign layer, is at %s",
				nr, hex.text,
				sgz_quote(layer->url, strlen(layer->url)).text);
	return sgz_fail(ctx, -ENOENT, "layer %zu is missing: sha256:%s", nr,
			hex.text);
}

int stargz_image_open_layer(const struct stargz_image *image, size_t nr,
			    struct stargz_error *err)
{
	struct stargz_error unwanted;
	const struct sgz_context ctx = { .err = err ? err : &unwanted };
	const struct sgz_image_layer *layer;

	if (nr >= image->layers.count)
		return sgz_fail(&ctx, -ENOENT, "no layer %zu", nr);
	layer = sgz_image_layer(image, nr);
	if (layer->missing)
		return is_missing(&ctx, nr, layer);
	if (layer->size != layer->place.size)
		return sgz_fail(&ctx, -EBADMSG,
				"layer %zu, sha256:%s, has %" PRIu64 " bytes, not %" PRIu64,
				nr, sgz_sha256_hex(layer->digest).text,
				layer->place.size, layer->size);
	return sgz_store_fd(&image->store, &ctx, &layer->place);
}
