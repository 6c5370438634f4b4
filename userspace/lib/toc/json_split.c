// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * A TOC may have millions of entries, and json-c would build a tree of all of
 * them in memory. So the text is split here at the commas of the top object and
 * of its one large array. This needs to track brackets and strings only. json-c
 * then parses each piece and finds the errors in it.
 */
#include <string.h>
#include <strings.h>

#include "toc/json_split.h"

enum state {
	BEFORE,		/* the top object's brace */
	FIRST_KEY,	/* a key, or the end of an empty object */
	KEY,		/* a key */
	COLON,
	VALUE,		/* first byte of a member's value */
	PIECE,		/* inside a key, a value or an element */
	FIRST_ELEMENT,	/* an element, or the end of an empty array */
	ELEMENT,	/* an element */
	NEXT,		/* "," or the end of the array or object */
	AFTER,		/* white space only */
};

int sgz_jsonsplit_open(struct sgz_jsonsplit *split)
{
	split->tok = json_tokener_new();
	if (!split->tok)
		return sgz_nomem(split->ctx);
	json_tokener_set_flags(split->tok, JSON_TOKENER_STRICT);
	return 0;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static int malformed(struct sgz_jsonsplit *split, const char *why)
{
	if (split->seen)
		return sgz_fail(split->ctx, -EUCLEAN,
				"TOC: %s after entry %llu", why,
				(unsigned long long)split->seen);
	return sgz_fail(split->ctx, -EUCLEAN, "TOC: %s", why);
}

static int collect(struct sgz_jsonsplit *split, const char *text, size_t len)
{
	char *at;

	if (split->piece.count + len > SGZ_JSON_ELEMENT_MAX)
		return sgz_fail(split->ctx, -E2BIG,
				"TOC: an element after entry %llu is larger than %u bytes",
				(unsigned long long)split->seen,
				SGZ_JSON_ELEMENT_MAX);
	at = sgz_vec_add(&split->piece, len, 1);
	if (!at)
		return sgz_nomem(split->ctx);
	memcpy(at, text, len);
	return 0;
}

/* Parse what was collected; it must be one whole value. */
static int parse_piece(struct sgz_jsonsplit *split, struct json_object **value)
{
	enum json_tokener_error e;
	char *text;

	/* json-c ends a number only at the next byte; append a NUL. */
	text = sgz_vec_add(&split->piece, 1, 1);
	if (!text)
		return sgz_nomem(split->ctx);
	text = split->piece.data;
	json_tokener_reset(split->tok);
	*value = json_tokener_parse_ex(split->tok, text, split->piece.count);
	e = json_tokener_get_error(split->tok);
	if (e == json_tokener_success &&
	    json_tokener_get_parse_end(split->tok) + 1 < split->piece.count)
		e = json_tokener_error_parse_unexpected;
	split->piece.count = 0;
	if (e == json_tokener_success)
		return 0;
	json_object_put(*value);
	*value = NULL;
	return malformed(split, json_tokener_error_desc(e));
}

/* Pass a complete piece to its callback, and set the next state. */
static int piece_done(struct sgz_jsonsplit *split)
{
	struct json_object *value;
	int ret;

	ret = parse_piece(split, &value);
	if (ret)
		return ret;
	if (split->in_array) {
		split->seen++;
		ret = split->element(split->data, value);
		split->state = NEXT;
	} else if (!split->key) {
		if (!json_object_is_type(value, json_type_string)) {
			ret = malformed(split, "a key is not a string");
		} else {
			split->key = value;
			value = NULL;
		}
		split->state = COLON;
	} else {
		ret = split->member(split->data,
				    json_object_get_string(split->key), value);
		json_object_put(split->key);
		split->key = NULL;
		split->state = NEXT;
	}
	json_object_put(value);
	return ret;
}

static bool is_bracket(char c)
{
	return c == '[' || c == ']' || c == '{' || c == '}';
}

/* Number of bytes at @p that cannot change the state of the splitter. */
static size_t dull_run(const struct sgz_jsonsplit *split, const char *p,
		       size_t len)
{
	size_t n = 0;

	if (split->in_string)
		while (n < len && p[n] != '"' && p[n] != '\\')
			n++;
	else
		while (n < len && p[n] != '"' && p[n] != ',' &&
		       !is_bracket(p[n]))
			n++;
	return n;
}

/* Does this byte, outside of strings, end the piece and belong to the next? */
static bool ends_piece(const struct sgz_jsonsplit *split, char c)
{
	return !split->depth && (c == ',' || c == ']' || c == '}');
}

/* Update the state of brackets and strings with one byte of a piece. */
static void track(struct sgz_jsonsplit *split, char c)
{
	if (split->in_string) {
		if (split->escaped)
			split->escaped = false;
		else if (c == '\\')
			split->escaped = true;
		else if (c == '"')
			split->in_string = false;
	} else if (c == '"') {
		split->in_string = true;
	} else if (c == '[' || c == '{') {
		split->depth++;
		split->values++;
	} else if (c == ']' || c == '}') {
		split->depth--;
	} else if (c == ',') {
		split->values++;
	}
}

static int check_values(const struct sgz_jsonsplit *split)
{
	if (split->values <= SGZ_JSON_VALUES_MAX)
		return 0;
	return sgz_fail(split->ctx, -E2BIG,
			"TOC: an element after entry %llu has %u values or more; the limit is %u",
			(unsigned long long)split->seen, split->values,
			SGZ_JSON_VALUES_MAX);
}

/* A key ends with its closing quote; other pieces end before the next token. */
static bool key_complete(const struct sgz_jsonsplit *split)
{
	return !split->in_array && !split->key && !split->in_string;
}

/* Consume bytes of a piece. Returns their number, or a negative errno. */
static ssize_t feed_piece(struct sgz_jsonsplit *split, const char *p,
			  size_t len)
{
	size_t n = 0;
	int ret;

	while (n < len) {
		if (!split->escaped)
			n += dull_run(split, p + n, len - n);
		if (n == len)
			break;
		if (!split->in_string && ends_piece(split, p[n])) {
			ret = collect(split, p, n);
			if (!ret)
				ret = piece_done(split);
			return ret ? ret : (ssize_t)n;
		}
		track(split, p[n++]);
		ret = check_values(split);
		if (ret)
			return ret;
		if (key_complete(split)) {
			ret = collect(split, p, n);
			if (!ret)
				ret = piece_done(split);
			return ret ? ret : (ssize_t)n;
		}
	}
	ret = collect(split, p, n);
	return ret ? ret : (ssize_t)n;
}

static void begin_piece(struct sgz_jsonsplit *split)
{
	split->in_string = false;
	split->escaped = false;
	split->depth = 0;
	split->values = 0;
	split->state = PIECE;
}

static int begin_value(struct sgz_jsonsplit *split, char c)
{
	const char *key = json_object_get_string(split->key);

	if (c != '[' || strcasecmp(key, split->array)) {
		begin_piece(split);
		return 0;
	}
	json_object_put(split->key);
	split->key = NULL;
	split->in_array = true;
	split->state = FIRST_ELEMENT;
	return split->begin(split->data);
}

/* A comma or a closing bracket between pieces. */
static int between(struct sgz_jsonsplit *split, char c)
{
	if (c == ',') {
		split->state = split->in_array ? ELEMENT : KEY;
		return 0;
	}
	if (split->in_array && c == ']') {
		split->in_array = false;
		split->state = NEXT;
		return 0;
	}
	if (!split->in_array && c == '}') {
		split->state = AFTER;
		return 0;
	}
	return malformed(split, "unexpected character");
}

/*
 * Process one byte that is not white space, outside of pieces. A byte that
 * starts a piece is not consumed: *@used is zero then.
 */
static int structure(struct sgz_jsonsplit *split, char c, size_t *used)
{
	*used = 1;
	switch (split->state) {
	case BEFORE:
		split->state = FIRST_KEY;
		return c == '{' ? 0 : malformed(split, "not a JSON object");
	case FIRST_KEY:
		if (c == '}')
			return between(split, c);
		/* fallthrough */
	case KEY:
		*used = 0;
		begin_piece(split);
		return c == '"' ? 0 : malformed(split, "a key is not a string");
	case COLON:
		split->state = VALUE;
		return c == ':' ? 0 : malformed(split, "a colon is missing");
	case VALUE:
		*used = c == '[' &&
			!strcasecmp(json_object_get_string(split->key),
				    split->array);
		return begin_value(split, c);
	case FIRST_ELEMENT:
		if (c == ']')
			return between(split, c);
		/* fallthrough */
	case ELEMENT:
		*used = 0;
		begin_piece(split);
		return 0;
	case NEXT:
		return between(split, c);
	default:
		return malformed(split, "text after the end of the JSON");
	}
}

int sgz_jsonsplit_feed(struct sgz_jsonsplit *split, const char *text,
		       size_t len)
{
	while (len) {
		size_t used = 1;

		if (split->state == PIECE) {
			ssize_t n = feed_piece(split, text, len);

			if (n < 0)
				return n;
			used = n;
		} else if (!is_space(*text)) {
			int ret = structure(split, *text, &used);

			if (ret)
				return ret;
		}
		text += used;
		len -= used;
	}
	return 0;
}

int sgz_jsonsplit_end(struct sgz_jsonsplit *split)
{
	if (split->state != AFTER)
		return malformed(split, "the JSON is cut off");
	return 0;
}

void sgz_jsonsplit_close(struct sgz_jsonsplit *split)
{
	json_object_put(split->key);
	sgz_vec_free(&split->piece);
	if (split->tok)
		json_tokener_free(split->tok);
}
