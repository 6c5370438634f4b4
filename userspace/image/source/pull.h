/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: copying an image by skopeo.
 */
#ifndef IMAGE_PULL_H
#define IMAGE_PULL_H

#include "../cmdline/options.h"
#include "../base/staging.h"

/**
 * enum pull_kind - kinds of destinations
 * @PULL_OCI: directory in the OCI layout
 * @PULL_OCI_ARCHIVE: tar of such a directory
 * @PULL_DIR: directory of skopeo's transport dir
 */
enum pull_kind {
	PULL_OCI,
	PULL_OCI_ARCHIVE,
	PULL_DIR,
};

/**
 * struct pull - a copy
 * @s: the command line
 * @kind: kind of the destination
 * @path: the destination
 * @tag: name of the image there, or NULL
 * @by_digest: name the image by the digest of its manifest, and do nothing if it
 *	is there already
 * @index: make the indexes of the layers
 * @staging: directory beside or in the destination
 * @ref: the image for skopeo, once it is resolved; allocated
 * @manifest: digest of its manifest
 * @said: end of a pipe that gets @manifest if @by_digest
 */
struct pull {
	struct settings *s;
	enum pull_kind kind;
	const char *path;
	const char *tag;
	bool by_digest;
	bool index;
	struct staging staging;
	char *ref;
	uint8_t manifest[STARGZ_SHA256_LEN];
	int said;
};

/**
 * pull_resolve() - get manifest and configuration of the image
 * @p: the copy, in its child. Sets @ref to the image for the platform, and
 *	@manifest
 *
 * Both documents are stored in the directory "image" of @p->staging.
 *
 * Return: 0, or a negative errno after an error message; -ENODATA without a message
 * if the layers are not known before they are copied.
 */
int pull_resolve(struct pull *p);

/** pull_has() - is the image of @manifest in the destination, with all layers? */
bool pull_has(const struct pull *p);

/**
 * pull_run() - copy an image
 * @p: the copy
 *
 * Return: 0, or a negative errno after an error message.
 */
int pull_run(struct pull *p);

/** command_pull() - copy an image; returns the exit code */
int command_pull(struct settings *s);

#endif /* IMAGE_PULL_H */
