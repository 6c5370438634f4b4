/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Archives of docker save.
 */
#ifndef SGZ_IMAGE_DOCKER_ARCHIVE_H
#define SGZ_IMAGE_DOCKER_ARCHIVE_H

#include "image/image.h"

/**
 * typedef sgz_docker_fn - callback for a name of an image
 * @data: passed through
 * @ref: the name, or NULL if the image has none
 *
 * Return: 0, or a negative errno.
 */
typedef int (*sgz_docker_fn)(void *data, const char *ref);

/** sgz_docker_list() - call a function for each name of each image */
int sgz_docker_list(const struct sgz_store *store,
		    const struct sgz_context *ctx, sgz_docker_fn fn,
		    void *data);

/**
 * sgz_docker_open() - take an image of an archive
 * @image: the image, with @store
 * @ctx: the call
 * @ref: a name of the image, or "@N" for the image with this number, or NULL:
 *	the only one
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_docker_open(struct stargz_image *image, const struct sgz_context *ctx,
		    const char *ref);

#endif /* SGZ_IMAGE_DOCKER_ARCHIVE_H */
