/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The JSON documents of an image: indexes, manifests, configurations.
 */
#ifndef SGZ_IMAGE_DOC_H
#define SGZ_IMAGE_DOC_H

#include <json-c/json.h>

#include "base/context.h"

/* Largest document in bytes. Registries and engines have the same limit. */
#define SGZ_DOC_MAX	(4u << 20)

/**
 * struct sgz_doc - a JSON document
 * @ctx: the call
 * @name: what the document is, for messages
 * @root: the document
 */
struct sgz_doc {
	const struct sgz_context *ctx;
	const char *name;
	struct json_object *root;
};

/**
 * sgz_doc_parse() - parse a document
 * @doc: filled in; must be released with sgz_doc_free(), also after an error
 * @ctx: the call
 * @name: for messages; must stay valid as long as @doc
 * @text: the JSON
 * @len: its length in bytes
 * @type: required type of the document
 *
 * Return: 0, or a negative errno with the error text set: -EUCLEAN if it is not
 * JSON or of another type.
 */
int sgz_doc_parse(struct sgz_doc *doc, const struct sgz_context *ctx,
		  const char *name, const char *text, size_t len,
		  enum json_type type);

/**
 * sgz_doc_member() - get a member of an object
 * @doc: the document
 * @in: an object of it, or NULL: it has no members
 * @key: the key
 * @type: required type of the member
 * @value: set to the member, which belongs to the document; or to NULL if it is
 *	missing or null
 *
 * Return: 0, or -EUCLEAN with the error text set if the type is another one.
 */
int sgz_doc_member(const struct sgz_doc *doc, struct json_object *in,
		   const char *key, enum json_type type,
		   struct json_object **value);

/**
 * sgz_doc_text() - get a text
 * @doc: the document
 * @in: an object of it, or NULL
 * @key: the key of the text
 * @text: set to the text, or to NULL if it is missing; valid as long as @doc
 *
 * Return: 0, or -EUCLEAN with the error text set if the member is not a text or
 * contains a NUL.
 */
int sgz_doc_text(const struct sgz_doc *doc, struct json_object *in,
		 const char *key, const char **text);

/** sgz_doc_value() - the text of a member of type text, as sgz_doc_text() */
int sgz_doc_value(const struct sgz_doc *doc, struct json_object *value,
		  const char *key, const char **text);

/**
 * sgz_doc_size() - get a size in bytes
 * @doc: the document
 * @in: an object of it
 * @key: the key of the size
 * @size: set to the size
 *
 * Return: 0, or -EUCLEAN with the error text set if the member is missing or not
 * a size.
 */
int sgz_doc_size(const struct sgz_doc *doc, struct json_object *in,
		 const char *key, uint64_t *size);

/**
 * sgz_doc_array() - get an array of objects or texts
 * @doc: the document
 * @in: an object of it
 * @key: the key of the array
 * @of: required type of its elements
 * @array: set to the array, or to NULL if it is missing
 *
 * Return: 0, or -EUCLEAN with the error text set.
 */
int sgz_doc_array(const struct sgz_doc *doc, struct json_object *in,
		  const char *key, enum json_type of,
		  struct json_object **array);

/** sgz_doc_bad() - fail because of the content of a document, with -EUCLEAN */
int sgz_doc_bad(const struct sgz_doc *doc, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/** sgz_doc_free() - release */
void sgz_doc_free(struct sgz_doc *doc);

#endif /* SGZ_IMAGE_DOC_H */
