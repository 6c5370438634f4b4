/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Names of images, as skopeo spells them.
 */
#ifndef SGZ_IMAGE_NAME_H
#define SGZ_IMAGE_NAME_H

#include "base/context.h"
#include "stargz/digest.h"

/**
 * enum sgz_transport - where an image is
 * @SGZ_OCI: directory in the OCI layout
 * @SGZ_OCI_ARCHIVE: tar of such a directory
 * @SGZ_DOCKER_ARCHIVE: tar of docker save
 * @SGZ_DIR: directory of skopeo's transport dir
 * @SGZ_BLOBS: directory of blobs, named by their digests
 */
enum sgz_transport {
	SGZ_OCI,
	SGZ_OCI_ARCHIVE,
	SGZ_DOCKER_ARCHIVE,
	SGZ_DIR,
	SGZ_BLOBS,
};

/**
 * struct sgz_image_name - the name of an image
 * @transport: where the image is
 * @path: directory or file; allocated
 * @ref: which image, or NULL; allocated
 * @has_digest: @digest is set
 * @digest: digest of the manifest or index
 */
struct sgz_image_name {
	enum sgz_transport transport;
	char *path;
	char *ref;
	bool has_digest;
	uint8_t digest[STARGZ_SHA256_LEN];
};

/**
 * sgz_image_name_parse() - read the name of an image
 * @name: filled in; must be released, also after an error
 * @ctx: the call
 * @text: the name
 *
 * Return: 0, or -EINVAL with the error text set.
 */
int sgz_image_name_parse(struct sgz_image_name *name,
			 const struct sgz_context *ctx, const char *text);

/** sgz_image_name_free() - release */
void sgz_image_name_free(struct sgz_image_name *name);

#endif /* SGZ_IMAGE_NAME_H */
