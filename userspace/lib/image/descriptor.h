/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Descriptors: media type, digest and size of a blob.
 */
#ifndef SGZ_IMAGE_DESCRIPTOR_H
#define SGZ_IMAGE_DESCRIPTOR_H

#include "image/doc.h"
#include "image/platform.h"
#include "image/store.h"

/**
 * struct sgz_descriptor - what a document says of a blob
 * @media_type: its media type, or an empty text; valid as long as the document
 * @digest: its SHA-256
 * @size: its size in bytes
 * @sized: @size is known
 * @platform: platform of the image, if it says so
 * @ref: name of the image, or NULL; valid as long as the document
 * @url: where else the blob is, or NULL; valid as long as the document
 */
struct sgz_descriptor {
	const char *media_type;
	uint8_t digest[STARGZ_SHA256_LEN];
	uint64_t size;
	bool sized;
	struct sgz_platform platform;
	const char *ref;
	const char *url;
};

/** sgz_digest_parse() - read a digest of a document; fails with an error text */
int sgz_digest_parse(const struct sgz_doc *doc, const char *text,
		     uint8_t digest[STARGZ_SHA256_LEN]);

/**
 * sgz_descriptor_parse() - read a descriptor
 * @descriptor: filled in
 * @doc: the document
 * @in: the descriptor in it
 *
 * Return: 0, or a negative errno with the error text set: -EINVAL if the digest
 * is of another kind than SHA-256, -EUCLEAN for all other faults.
 */
int sgz_descriptor_parse(struct sgz_descriptor *descriptor,
			 const struct sgz_doc *doc, struct json_object *in);

/**
 * sgz_descriptor_read() - read the document that a descriptor is about
 * @descriptor: the descriptor
 * @store: where the document is
 * @ctx: the call
 * @what: what it is, for messages
 * @bytes: set to the content, as by sgz_store_read()
 *
 * Return: 0, or a negative errno with the error text set: -ENOENT if it is
 * missing, -EBADMSG if its size or digest differs.
 */
int sgz_descriptor_read(const struct sgz_descriptor *descriptor,
			const struct sgz_store *store,
			const struct sgz_context *ctx, const char *what,
			struct sgz_vec *bytes);

/** sgz_descriptor_size() - compare a size with that of a descriptor */
int sgz_descriptor_size(const struct sgz_descriptor *descriptor,
			const struct sgz_context *ctx, const char *what,
			uint64_t size);

#endif /* SGZ_IMAGE_DESCRIPTOR_H */
