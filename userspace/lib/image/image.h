/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * An open image.
 */
#ifndef SGZ_IMAGE_IMAGE_H
#define SGZ_IMAGE_IMAGE_H

#include "image/descriptor.h"
#include "stargz/image.h"

/* Most layers of an image: an index cannot have more blobs. */
#define SGZ_LAYERS_MAX	4096

/**
 * struct sgz_image_layer - a layer of an image
 * @place: where it is
 * @missing: it is not there, see @url
 * @url: where it is instead, or NULL
 * @digest: its digest
 * @diff_id: digest of the tar to which it decodes
 * @media_type: its media type
 * @size: its size in bytes
 * @created_by: what made it, or NULL
 */
struct sgz_image_layer {
	struct sgz_place place;
	bool missing;
	const char *url;
	uint8_t digest[STARGZ_SHA256_LEN];
	uint8_t diff_id[STARGZ_SHA256_LEN];
	const char *media_type;
	uint64_t size;
	const char *created_by;
};

/**
 * struct stargz_image - an open image
 * @name: its name
 * @store: where it is
 * @texts: all texts
 * @ref: its name in the store, or NULL
 * @has_manifest: it has a manifest; an image of docker save has none
 * @manifest_digest: digest of the manifest
 * @media_type: media type of the manifest
 * @manifest: bytes of the manifest
 * @config_digest: digest of the configuration
 * @config: bytes of the configuration
 * @platform: its platform
 * @platform_text: the same as text
 * @created: when it was made, or NULL
 * @layers: struct sgz_image_layer, lowest first
 */
struct stargz_image {
	struct sgz_image_name name;
	struct sgz_store store;
	struct sgz_arena texts;
	const char *ref;
	bool has_manifest;
	uint8_t manifest_digest[STARGZ_SHA256_LEN];
	const char *media_type;
	struct sgz_vec manifest;
	uint8_t config_digest[STARGZ_SHA256_LEN];
	struct sgz_vec config;
	struct sgz_platform platform;
	struct sgz_platform_text platform_text;
	const char *created;
	struct sgz_vec layers;
};

/** sgz_image_layer() - the layer with a number */
static inline struct sgz_image_layer *
sgz_image_layer(const struct stargz_image *image, size_t nr)
{
	return (struct sgz_image_layer *)image->layers.data + nr;
}

/**
 * sgz_image_same_layer() - find an earlier layer with the same bytes
 * @image: the image
 * @nr: number of the layer
 *
 * Return: the number of the first layer that is at the same place with the same
 * digests; @nr if there is none before it.
 */
size_t sgz_image_same_layer(const struct stargz_image *image, size_t nr);

/**
 * sgz_image_keep() - keep a text as long as the image
 * @image: the image
 * @ctx: the call
 * @to: set to the copy, or to NULL for NULL
 * @text: the text, or NULL
 *
 * Return: 0, or -ENOMEM with the error text set.
 */
int sgz_image_keep(struct stargz_image *image, const struct sgz_context *ctx,
		   const char **to, const char *text);

/** sgz_image_check_layers() - fail if there are more than %SGZ_LAYERS_MAX */
int sgz_image_check_layers(const struct sgz_context *ctx, size_t count);

/**
 * sgz_image_add_layer() - append a layer
 * @image: the image
 * @ctx: the call
 * @layer: set to the zeroed layer, valid until the next call
 *
 * Return: 0, or -ENOMEM with the error text set.
 */
int sgz_image_add_layer(struct stargz_image *image,
			const struct sgz_context *ctx,
			struct sgz_image_layer **layer);

/**
 * sgz_image_config() - take what the configuration says
 * @image: the image, with @config and all layers
 * @ctx: the call
 *
 * Sets @platform, @created, and of the layers @diff_id and @created_by.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_image_config(struct stargz_image *image, const struct sgz_context *ctx);

/**
 * sgz_config_platform() - the platform according to a configuration
 * @platform: filled in
 * @ctx: the call
 * @bytes: the configuration
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_config_platform(struct sgz_platform *platform,
			const struct sgz_context *ctx,
			const struct sgz_vec *bytes);

/**
 * sgz_image_manifest() - take the image of a manifest
 * @image: the image, with @store
 * @ctx: the call
 * @manifest: the manifest
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_image_manifest(struct stargz_image *image,
		       const struct sgz_context *ctx,
		       const struct sgz_descriptor *manifest);

/**
 * sgz_manifest_platform() - the platform according to the configuration
 * @platform: filled in
 * @ctx: the call
 * @store: where the image is
 * @manifest: its manifest
 * @read: the bytes of the documents that were read are added here
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_manifest_platform(struct sgz_platform *platform,
			  const struct sgz_context *ctx,
			  const struct sgz_store *store,
			  const struct sgz_descriptor *manifest,
			  uint64_t *read);

#endif /* SGZ_IMAGE_IMAGE_H */
