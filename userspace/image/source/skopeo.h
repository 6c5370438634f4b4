/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: skopeo, which copies images of registries.
 */
#ifndef IMAGE_SKOPEO_H
#define IMAGE_SKOPEO_H

#include "../base/child.h"
#include "../cmdline/options.h"

/**
 * skopeo_inspect() - get a document of an image
 * @s: the command line
 * @ref: the image
 * @config: get its configuration; else its manifest or index
 * @len: set to the size of the document in bytes
 *
 * Return: the document, allocated; or NULL after an error message.
 */
char *skopeo_inspect(const struct settings *s, const char *ref, bool config,
		     size_t *len);

/**
 * skopeo_copy() - start to copy an image
 * @skopeo: filled in, on success only
 * @s: the command line: the platform
 * @from: the image
 * @to: the destination
 * @blobs: directory that gets the blobs of an OCI layout, or NULL
 *
 * Return: 0, or a negative errno after an error message.
 */
int skopeo_copy(struct child *skopeo, const struct settings *s,
		const char *from, const char *to, const char *blobs);

/**
 * skopeo_end() - release skopeo after its end
 * @skopeo: the program
 * @s: the command line
 * @status: its status
 *
 * Return: 0, or -EIO after an error message.
 */
int skopeo_end(struct child *skopeo, const struct settings *s, int status);

#endif /* IMAGE_SKOPEO_H */
