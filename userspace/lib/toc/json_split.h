/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Cutting the JSON of a TOC into pieces small enough for json-c.
 */
#ifndef SGZ_TOC_JSON_SPLIT_H
#define SGZ_TOC_JSON_SPLIT_H

#include <json-c/json.h>

#include "base/context.h"
#include "base/memory.h"

/* Most bytes of one element: attributes of 1 MiB in base64, names, and room. */
#define SGZ_JSON_ELEMENT_MAX	(16u << 20)

/* Most values in one element, of which json-c makes an object each. */
#define SGZ_JSON_VALUES_MAX	(128u << 10)

/**
 * struct sgz_jsonsplit - a JSON text that comes in pieces
 * @ctx: the call
 * @array: name of the top object's member whose elements are wanted one by
 *	one; compared without regard to case
 * @member: called for every other member of the top object. @key is not
 *	owned; @value may be NULL, which is JSON's null
 * @begin: called where the array begins
 * @element: called for each element of the array
 * @data: handed to the three
 * @state: where in the text we are
 * @in_string: inside a string of the piece being collected
 * @escaped: after a backslash in it
 * @depth: open brackets of the piece being collected
 * @values: its values so far
 * @in_array: between the brackets of the array
 * @seen: elements so far
 * @key: key of the member being collected
 * @piece: text being collected
 * @tok: json-c's parser
 *
 * Callbacks return 0 or fail with a negative errno and the text set.
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

/** sgz_jsonsplit_open() - begin; the first members are set by the caller */
int sgz_jsonsplit_open(struct sgz_jsonsplit *split);

/** sgz_jsonsplit_feed() - take the next bytes of the text */
int sgz_jsonsplit_feed(struct sgz_jsonsplit *split, const char *text,
		       size_t len);

/** sgz_jsonsplit_end() - the text is over: was it whole? */
int sgz_jsonsplit_end(struct sgz_jsonsplit *split);

/** sgz_jsonsplit_close() - release */
void sgz_jsonsplit_close(struct sgz_jsonsplit *split);

#endif /* SGZ_TOC_JSON_SPLIT_H */
