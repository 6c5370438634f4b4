/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The images of a store: the manifests that its indexes name.
 */
#ifndef SGZ_IMAGE_LIST_H
#define SGZ_IMAGE_LIST_H

#include "image/descriptor.h"

/* Most images of a store, and deepest nesting of indexes. */
#define SGZ_IMAGES_MAX		4096
#define SGZ_IMAGES_DEPTH	8

/* Limits of the documents that are read to find the images. */
#define SGZ_INDEXES_MAX		4096
#define SGZ_INDEXES_BYTES	(64ull << 20)

/**
 * struct sgz_found - an image of a store
 * @ref: its name, or NULL
 * @top: number of the descriptor in index.json that leads to it
 * @digest: digest of its manifest
 * @size: size of the manifest in bytes
 * @sized: @size is known
 * @media_type: media type of the manifest, or an empty text
 * @platform: its platform, if an index says so
 */
struct sgz_found {
	const char *ref;
	size_t top;
	uint8_t digest[STARGZ_SHA256_LEN];
	uint64_t size;
	bool sized;
	const char *media_type;
	struct sgz_platform platform;
};

/**
 * struct sgz_found_list - all images of a store
 * @list: struct sgz_found, in the order of the indexes
 * @texts: texts of @list
 * @others: names of images that were not asked for, with commas between them
 * @fault: why the first of the other descriptors is not an image: a negative
 *	errno, or zero. A store need not have the images of all platforms, and
 *	may have other things than images
 * @why: error text of @fault
 */
struct sgz_found_list {
	struct sgz_vec list;
	struct sgz_arena texts;
	char others[200];
	int fault;
	struct stargz_error why;
};

/**
 * enum sgz_doc_kind - kind of a document
 * @SGZ_DOC_INDEX: index, or manifest list of Docker
 * @SGZ_DOC_MANIFEST: manifest of an image
 */
enum sgz_doc_kind {
	SGZ_DOC_INDEX,
	SGZ_DOC_MANIFEST,
};

/**
 * sgz_doc_kind() - is a document an index or a manifest?
 * @doc: the document
 * @media_type: its media type according to its descriptor, or an empty text
 *
 * Return: &enum sgz_doc_kind, or a negative errno with the error text set:
 * -EINVAL if the media type is unknown, -EUCLEAN if the document contradicts it.
 */
int sgz_doc_kind(const struct sgz_doc *doc, const char *media_type);

/**
 * sgz_list_images() - find the images of a store that is not of docker save
 * @found: filled in; initially zeroed; must be released, also after an error
 * @store: the store
 * @ctx: the call
 * @ref: only images with this name, or NULL
 * @digest: only the manifest or index with this digest, or NULL
 *
 * Return: 0, also if there is none, or a negative errno with the error text set.
 */
int sgz_list_images(struct sgz_found_list *found,
		    const struct sgz_store *store,
		    const struct sgz_context *ctx, const char *ref,
		    const uint8_t *digest);

/** sgz_list_free() - release */
void sgz_list_free(struct sgz_found_list *found);

#endif /* SGZ_IMAGE_LIST_H */
