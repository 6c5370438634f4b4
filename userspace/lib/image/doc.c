// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * json-c parses the documents; this file checks types. A document has a limited
 * size, so the objects that json-c makes of it are limited as well.
 */
#include <stdarg.h>
#include <string.h>

#include "image/doc.h"

/* Deepest nesting of a document. Labels and annotations are flat. */
#define DEPTH_MAX	32

int sgz_doc_bad(const struct sgz_doc *doc, const char *fmt, ...)
{
	char text[sizeof(doc->ctx->err->text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return sgz_fail(doc->ctx, -EUCLEAN, "%s: %s", doc->name, text);
}

static int parse(struct sgz_doc *doc, struct json_tokener *tok,
		 const char *text, size_t len)
{
	enum json_tokener_error e;

	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	doc->root = json_tokener_parse_ex(tok, text, len);
	e = json_tokener_get_error(tok);
	if (e == json_tokener_continue)
		return sgz_doc_bad(doc, "the JSON is cut off");
	if (e != json_tokener_success)
		return sgz_doc_bad(doc, "JSON: %s at byte %zu",
				   json_tokener_error_desc(e),
				   json_tokener_get_parse_end(tok));
	for (size_t i = json_tokener_get_parse_end(tok); i < len; i++)
		if (!strchr(" \t\r\n", text[i]) || !text[i])
			return sgz_doc_bad(doc, "JSON: text after its end at byte %zu",
					   i);
	return 0;
}

int sgz_doc_parse(struct sgz_doc *doc, const struct sgz_context *ctx,
		  const char *name, const char *text, size_t len,
		  enum json_type type)
{
	struct json_tokener *tok;
	int ret;

	*doc = (struct sgz_doc){ .ctx = ctx, .name = name };
	if (len > SGZ_DOC_MAX)
		return sgz_fail(ctx, -E2BIG,
				"%s: %zu bytes; the limit is %u", name, len,
				SGZ_DOC_MAX);
	tok = json_tokener_new_ex(DEPTH_MAX);
	if (!tok)
		return sgz_nomem(ctx);
	ret = parse(doc, tok, text, len);
	json_tokener_free(tok);
	if (!ret && !json_object_is_type(doc->root, type))
		ret = sgz_doc_bad(doc, "is a JSON %s, not %s",
				  json_type_to_name(json_object_get_type(doc->root)),
				  json_type_to_name(type));
	return ret;
}

int sgz_doc_member(const struct sgz_doc *doc, struct json_object *in,
		   const char *key, enum json_type type,
		   struct json_object **value)
{
	*value = in ? json_object_object_get(in, key) : NULL;
	if (!*value || json_object_is_type(*value, type))
		return 0;
	return sgz_doc_bad(doc, "\"%s\" is not of type %s", key,
			   json_type_to_name(type));
}

int sgz_doc_value(const struct sgz_doc *doc, struct json_object *value,
		  const char *key, const char **text)
{
	*text = json_object_get_string(value);
	if (strlen(*text) == (size_t)json_object_get_string_len(value))
		return 0;
	return sgz_doc_bad(doc, "\"%s\" contains a NUL", key);
}

int sgz_doc_text(const struct sgz_doc *doc, struct json_object *in,
		 const char *key, const char **text)
{
	struct json_object *value;
	int ret = sgz_doc_member(doc, in, key, json_type_string, &value);

	*text = NULL;
	return ret || !value ? ret : sgz_doc_value(doc, value, key, text);
}

int sgz_doc_size(const struct sgz_doc *doc, struct json_object *in,
		 const char *key, uint64_t *size)
{
	struct json_object *value;
	int ret = sgz_doc_member(doc, in, key, json_type_int, &value);

	if (ret)
		return ret;
	if (!value)
		return sgz_doc_bad(doc, "\"%s\" is missing", key);
	errno = 0;
	if (json_object_get_int64(value) < 0 || errno)
		return sgz_doc_bad(doc, "\"%s\" is not a size", key);
	*size = json_object_get_int64(value);
	return 0;
}

int sgz_doc_array(const struct sgz_doc *doc, struct json_object *in,
		  const char *key, enum json_type of,
		  struct json_object **array)
{
	int ret = sgz_doc_member(doc, in, key, json_type_array, array);
	size_t count;

	if (ret || !*array)
		return ret;
	count = json_object_array_length(*array);
	for (size_t i = 0; i < count; i++)
		if (!json_object_is_type(json_object_array_get_idx(*array, i),
					 of))
			return sgz_doc_bad(doc, "\"%s\": element %zu is not of type %s",
					   key, i, json_type_to_name(of));
	return 0;
}

void sgz_doc_free(struct sgz_doc *doc)
{
	json_object_put(doc->root);
	doc->root = NULL;
}
