/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Documents that are written.
 */
#ifndef SGZ_CONVERT_JSON_H
#define SGZ_CONVERT_JSON_H

#include <json-c/json.h>

#include "base/sha256.h"
#include "image/doc.h"

/** sgz_json_add() - set a member, which the call takes over; fails if @value is NULL */
int sgz_json_add(const struct sgz_context *ctx, struct json_object *to,
		 const char *key, struct json_object *value);

/** sgz_json_add_text() - set a member that is a text */
int sgz_json_add_text(const struct sgz_context *ctx, struct json_object *to,
		      const char *key, const char *text);

/** sgz_json_text() - a document as text, which belongs to @o; NULL: no memory */
const char *sgz_json_text(struct json_object *o);

/** sgz_json_ref() - the name of the image in a descriptor, or NULL */
struct json_object *sgz_json_ref(struct json_object *descriptor);

/**
 * sgz_json_describe() - set media type, digest and size of a descriptor
 * @ctx: the call
 * @descriptor: the descriptor. Members that only its old content had go
 * @media_type: the media type
 * @digest: the digest
 * @size: the size in bytes
 *
 * Return: 0, or -ENOMEM with the error text set.
 */
int sgz_json_describe(const struct sgz_context *ctx,
		      struct json_object *descriptor, const char *media_type,
		      const uint8_t digest[STARGZ_SHA256_LEN], uint64_t size);

/** sgz_json_digest() - a digest as text; NULL: no memory */
struct json_object *sgz_json_digest(const uint8_t digest[STARGZ_SHA256_LEN]);

/** sgz_json_copy() - a deep copy of an object, or an empty object for NULL */
int sgz_json_copy(const struct sgz_context *ctx, struct json_object *from,
		  struct json_object **to);

#endif /* SGZ_CONVERT_JSON_H */
