/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Cutting the JSON of a TOC into pieces small enough for json-c.
 */
#ifndef SGZ_TOC_JSON_SPLIT_H
#define SGZ_TOC_JSON_SPLIT_H

#include <json-c/json.h>

#include "base/context.h"
#include "base/memory.h"

/*
 * Maximum size of one element in bytes. It has to hold 1 MiB of extended
 * attributes in base64 and the names; the rest is reserve.
 */
#define SGZ_JSON_ELEMENT_MAX	(16u << 20)

/* Maximum number of values in one element. json-c makes an object of each. */
#define SGZ_JSON_VALUES_MAX	(128u << 10)

/**
 * struct sgz_jsonsplit - splitter of a JSON text that is fed in parts
 * @ctx: the call
 * @array: name of the member of the top object whose elements are passed on
 *	one by one; case is ignored
 * @member: called for every other member of the top object. @key is only
 *	valid during the call; @value is NULL for a JSON null
 * @begin: called at the start of the array
 * @element: called for each element of the array
 * @data: passed to the three callbacks
 * @state: position in the syntax
 * @in_string: inside a string of the piece being collected
 * @escaped: after a backslash in this string
 * @depth: number of open brackets in the piece being collected
 * @values: number of values in the piece so far
 * @in_array: between the brackets of the array
 * @seen: number of elements so far
 * @key: key of the member being collected
 * @piece: text being collected
 * @tok: json-c's parser
 *
 * Callbacks return 0, or a negative errno with the error text set.
 */
struct sgz_jsonsplit {
	const struct sgz_context *ctx;
	const char *array;
	int (*member)(void *data, const char *key, struct json_object *value);
	int (*begin)(void *data);
	int (*element)(void *data, struct json_object *value);
	void *data;

	int state;
	bool in_string;
	bool escaped;
	unsigned int depth;
	unsigned int values;
	bool in_array;
	uint64_t seen;
	struct json_object *key;
	struct sgz_vec piece;
	struct json_tokener *tok;
};

/**
 * sgz_jsonsplit_open() - prepare a splitter
 * @split: with the members up to @data set and the rest initially zeroed
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_jsonsplit_open(struct sgz_jsonsplit *split);

/** sgz_jsonsplit_feed() - split the next @len bytes of the text */
int sgz_jsonsplit_feed(struct sgz_jsonsplit *split, const char *text,
		       size_t len);

/** sgz_jsonsplit_end() - check that the text was complete */
int sgz_jsonsplit_end(struct sgz_jsonsplit *split);

/** sgz_jsonsplit_close() - release */
void sgz_jsonsplit_close(struct sgz_jsonsplit *split);

#endif /* SGZ_TOC_JSON_SPLIT_H */
