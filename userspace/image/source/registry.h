/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: images of registries, and copying images by skopeo.
 */
#ifndef IMAGE_REGISTRY_H
#define IMAGE_REGISTRY_H

#include "../cmdline/options.h"

/** registry_is_name() - is it the name of an image in a registry? */
bool registry_is_name(const char *name);

/**
 * registry_name() - have an image of a registry in the cache of images
 * @s: the command line
 * @name: set to its name there, a new string
 *
 * The cache is an OCI layout. The image is there by the digest of its manifest, so
 * it is copied only if it has changed in the registry.
 *
 * Return: 0, or a negative errno after an error message.
 */
int registry_name(struct settings *s, char **name);

#endif /* IMAGE_REGISTRY_H */
