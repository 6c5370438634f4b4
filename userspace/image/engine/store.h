/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: images that an engine knows by name, with mounts as layers.
 *
 * Layers come first and the name of the image last, so that an engine never sees an
 * image that it cannot run. What a killed program has left is completed by the next
 * "store", or removed by "gc".
 */
#ifndef IMAGE_STORE_H
#define IMAGE_STORE_H

#include <json-c/json.h>

#include "../source/open.h"

#define STORE_DIGEST	(sizeof("sha256:") + STARGZ_SHA256_HEX)

/**
 * struct stored - an image for an engine
 * @s: the command line
 * @img: its layers and indexes
 * @opt: mount options
 * @info: facts about it
 * @name: its name for the engine
 * @chain: for each layer, lowest first, the digest of it and all layers below
 * @id: digest of the configuration
 * @manifest: its manifest
 * @manifest_len: size of @manifest in bytes
 * @digest: digest of @manifest
 * @media_type: media type of @manifest
 * @own_manifest: a manifest that was made for an image without one, or NULL
 * @units: directory of units of systemd, or NULL
 * @changes: number of changes
 */
struct stored {
	struct settings *s;
	struct image img;
	struct mount_options opt;
	struct stargz_image_info info;
	char *name;
	char (*chain)[STORE_DIGEST];
	char id[STORE_DIGEST];
	const char *manifest;
	size_t manifest_len;
	char digest[STORE_DIGEST];
	const char *media_type;
	char *own_manifest;
	const char *units;
	unsigned int changes;
};

/**
 * store_digest() - a digest as text
 * @text: set to the text
 * @sha256: the digest
 */
void store_digest(char text[STORE_DIGEST],
		  const uint8_t sha256[STARGZ_SHA256_LEN]);

/** store_hex() - a digest without "sha256:" */
const char *store_hex(const char *digest);

/**
 * store_manifest() - the manifest of an image
 * @im: @img and @info are set; @manifest and what belongs to it is filled in
 *
 * An image of docker save has none; the function makes one.
 *
 * Return: 0 or a negative errno after an error message.
 */
int store_manifest(struct stored *im);

/**
 * store_name() - what the operand of unstore stands for
 * @s: the command line
 * @id: set to the digest of the configuration if the operand is an image that
 *	can be opened, else to an empty text
 * @name: set to a new string: the name that the image has or would get
 *
 * Return: 0 or a negative errno after an error message.
 */
int store_name(struct settings *s, char id[STORE_DIGEST], char **name);

/* The engines. They return the exit code. */
enum exit_code podman_store(struct stored *im);
enum exit_code podman_unstore(struct settings *s);
enum exit_code podman_gc(struct settings *s);
enum exit_code containerd_store(struct stored *im);
enum exit_code containerd_unstore(struct settings *s);
enum exit_code containerd_gc(struct settings *s);

/** command_store() - make an image known to an engine; returns the exit code */
int command_store(struct settings *s);

/** command_unstore() - opposite of command_store(); returns the exit code */
int command_unstore(struct settings *s);

#endif /* IMAGE_STORE_H */
