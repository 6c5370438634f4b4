// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * As text, each member of an object is a line, and an array of objects is a
 * table with a line for each object.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "stargz/text.h"

/* Column of the values of members. */
#define COLUMN	20

#define PRETTY	(JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE)

void report_int(struct json_object *o, const char *key, uint64_t value)
{
	json_object_object_add(o, key, json_object_new_uint64(value));
}

void report_real(struct json_object *o, const char *key, double value)
{
	char text[40];

	snprintf(text, sizeof(text), "%.3f", value);
	json_object_object_add(o, key, json_object_new_double_s(value, text));
}

void report_text(struct json_object *o, const char *key, const char *value)
{
	json_object_object_add(o, key, json_object_new_string(value));
}

static void add_base64(struct json_object *o, const char *key,
		       const char *bytes, size_t len)
{
	char name[80], *text = malloc((len + 2) / 3 * 4 + 1);

	if (!text)
		return;
	snprintf(name, sizeof(name), "%s_base64", key);
	len = stargz_base64_encode(text, bytes, len);
	json_object_object_add(o, name, json_object_new_string_len(text, len));
	free(text);
}

void report_bytes(struct json_object *o, const char *key, const char *bytes,
		  size_t len)
{
	char *text = malloc(3 * len + 1);
	size_t n;

	if (!text)
		return;
	n = stargz_text_lossy(text, bytes, len);
	json_object_object_add(o, key, json_object_new_string_len(text, n));
	if (!stargz_text_is_utf8(bytes, len))
		add_base64(o, key, bytes, len);
	free(text);
}

void report_time(struct json_object *o, const char *key, int64_t sec,
		 uint32_t nsec)
{
	char text[STARGZ_TIME_TEXT];

	stargz_time_text(text, sec, nsec);
	report_text(o, key, text);
}

/* A value as one line, which the caller frees; NULL if memory is short. */
static char *value_text(struct json_object *value)
{
	const char *text = value ? json_object_get_string(value) : "";
	size_t len = strlen(text);

	if (json_object_is_type(value, json_type_string))
		len = json_object_get_string_len(value);
	return stargz_text_escape(text, len);
}

static void print_key(FILE *to, const char *key)
{
	for (bool first = true; *key; key++, first = false)
		putc(*key == '_' ? ' ' : first ? toupper(*key) : *key, to);
}

static int width_of(struct json_object *rows, const char *key)
{
	size_t n = json_object_array_length(rows);
	size_t width = strlen(key);

	for (size_t i = 0; i < n; i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);
		char *text = value_text(json_object_object_get(row, key));

		if (text && strlen(text) > width)
			width = strlen(text);
		free(text);
	}
	return width;
}

static bool is_number(struct json_object *value)
{
	return json_object_is_type(value, json_type_int) ||
	       json_object_is_type(value, json_type_double);
}

static void print_cell(FILE *to, const char *text, int width, bool right)
{
	fprintf(to, right ? "  %*s" : "  %-*s", width, text);
}

static void print_row(FILE *to, struct json_object *first, const int *width,
		      struct json_object *row)
{
	json_object_object_foreach(first, key, unused) {
		struct json_object *value = json_object_object_get(row, key);
		char *text = value_text(value);

		(void)unused;
		if (text)
			print_cell(to, text, *width, is_number(value));
		free(text);
		width++;
	}
	putc('\n', to);
}

/* The keys of the row with the most members include those of all rows. */
static struct json_object *widest(struct json_object *rows)
{
	struct json_object *most = json_object_array_get_idx(rows, 0);
	size_t n = json_object_array_length(rows);

	for (size_t i = 1; i < n; i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);

		if (json_object_object_length(row) >
		    json_object_object_length(most))
			most = row;
	}
	return most;
}

static void print_rows(FILE *to, struct json_object *rows)
{
	struct json_object *first = widest(rows);
	size_t n = json_object_array_length(rows), column = 0;
	int *width = calloc(json_object_object_length(first) + 1,
			    sizeof(*width));

	if (!width)
		return;
	json_object_object_foreach(first, key, value) {
		width[column] = width_of(rows, key);
		print_cell(to, key, width[column++], is_number(value));
	}
	putc('\n', to);
	for (size_t i = 0; i < n; i++)
		print_row(to, first, width,
			  json_object_array_get_idx(rows, i));
	free(width);
}

static void print_array(FILE *to, struct json_object *rows)
{
	if (!json_object_array_length(rows)) {
		fputs(": none\n", to);
		return;
	}
	fputs(":\n", to);
	print_rows(to, rows);
}

static void print_text(FILE *to, struct json_object *o)
{
	json_object_object_foreach(o, key, value) {
		int pad = COLUMN - (int)strlen(key);
		char *text;

		print_key(to, key);
		if (json_object_is_type(value, json_type_array)) {
			print_array(to, value);
			continue;
		}
		text = value_text(value);
		fprintf(to, ":%*s%s\n", pad > 0 ? pad : 1, "",
			text ? text : "");
		free(text);
	}
}

void report_print(FILE *to, struct json_object *o, bool json)
{
	if (json)
		fprintf(to, "%s\n", json_object_to_json_string_ext(o, PRETTY));
	else
		print_text(to, o);
	json_object_put(o);
}
