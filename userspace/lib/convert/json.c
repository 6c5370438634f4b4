// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * json-c keeps the order of members, and the digits of numbers.
 */
#include <string.h>

#include "convert/json.h"

int sgz_json_add(const struct sgz_context *ctx, struct json_object *to,
		 const char *key, struct json_object *value)
{
	if (value && !json_object_object_add(to, key, value))
		return 0;
	json_object_put(value);
	return sgz_nomem(ctx);
}

int sgz_json_add_text(const struct sgz_context *ctx, struct json_object *to,
		      const char *key, const char *text)
{
	return sgz_json_add(ctx, to, key, json_object_new_string(text));
}

const char *sgz_json_text(struct json_object *o)
{
	return json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
					      JSON_C_TO_STRING_NOSLASHESCAPE);
}

struct json_object *sgz_json_ref(struct json_object *descriptor)
{
	struct json_object *notes;

	if (!json_object_object_get_ex(descriptor, "annotations", &notes) ||
	    !json_object_is_type(notes, json_type_object))
		return NULL;
	return json_object_object_get(notes,
				      "org.opencontainers.image.ref.name");
}

struct json_object *sgz_json_digest(const uint8_t digest[STARGZ_SHA256_LEN])
{
	char text[sizeof("sha256:") + STARGZ_SHA256_HEX];

	snprintf(text, sizeof(text), "sha256:%s", sgz_sha256_hex(digest).text);
	return json_object_new_string(text);
}

int sgz_json_describe(const struct sgz_context *ctx,
		      struct json_object *descriptor, const char *media_type,
		      const uint8_t digest[STARGZ_SHA256_LEN], uint64_t size)
{
	int ret;

	json_object_object_del(descriptor, "data");
	json_object_object_del(descriptor, "urls");
	ret = sgz_json_add_text(ctx, descriptor, "mediaType", media_type);
	if (!ret)
		ret = sgz_json_add(ctx, descriptor, "digest",
				   sgz_json_digest(digest));
	if (!ret)
		ret = sgz_json_add(ctx, descriptor, "size",
				   json_object_new_int64(size));
	return ret;
}

int sgz_json_copy(const struct sgz_context *ctx, struct json_object *from,
		  struct json_object **to)
{
	*to = NULL;
	if (!from)
		*to = json_object_new_object();
	else if (json_object_deep_copy(from, to, NULL))
		*to = NULL;
	return *to ? 0 : sgz_nomem(ctx);
}
