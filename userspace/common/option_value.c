// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checking, converting and storing the arguments of options.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "option_table.h"

/* A larger maximum is only that of the type of the value. */
#define RANGE_TOLD	(1 << 30)

#define TEXT_MAX	512

const char *option_why(const char *fmt, ...)
{
	static char text[TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return text;
}

static void format_number(const struct option_row *row, int64_t n,
			  char text[SIZE_TEXT])
{
	if (row->kind == OPTION_SIZE)
		size_format(text, n);
	else
		snprintf(text, SIZE_TEXT, "%" PRId64, n);
}

void option_range(const struct option_row *row, char text[OPTION_RANGE_TEXT])
{
	char min[SIZE_TEXT], max[SIZE_TEXT];

	*text = '\0';
	if (row->kind != OPTION_SIZE && row->kind != OPTION_NUMBER)
		return;
	format_number(row, row->min, min);
	format_number(row, row->max, max);
	snprintf(text, OPTION_RANGE_TEXT, "%s to %s", min, max);
}

bool option_range_told(const struct option_row *row)
{
	return (row->kind == OPTION_SIZE || row->kind == OPTION_NUMBER) &&
	       row->max <= RANGE_TOLD;
}

const char *option_expects(const struct option_row *row)
{
	static char text[TEXT_MAX];
	char range[OPTION_RANGE_TEXT];
	size_t len;

	option_range(row, range);
	switch (row->kind) {
	case OPTION_SIZE:
		snprintf(text, sizeof(text), "a size (%s)", range);
		break;
	case OPTION_NUMBER:
		snprintf(text, sizeof(text), "a number (%s)", range);
		break;
	case OPTION_CHOICE:
		len = snprintf(text, sizeof(text), "one of");
		for (const char *const *w = row->words; *w; w++)
			len += snprintf(text + len, sizeof(text) - len,
					w == row->words ? " %s" : ", %s", *w);
		break;
	default:
		return row->argument;
	}
	return text;
}

static bool parse_number(const char *text, int64_t *number)
{
	const char *digits = *text == '-' ? text + 1 : text;
	char *end;

	errno = 0;
	*number = strtoll(text, &end, 10);
	return !errno && !*end && *digits >= '0' && *digits <= '9';
}

static bool parse_choice(const char *const *words, const char *text,
			 int64_t *number)
{
	for (*number = 0; words[*number]; ++*number)
		if (!strcmp(words[*number], text))
			return true;
	return false;
}

const char *option_convert(const struct option_row *row, enum size_syntax sizes,
			   struct option_value *value)
{
	bool valid;

	value->number = 1;
	switch (row->kind) {
	case OPTION_SIZE:
		valid = size_parse(value->text, sizes, &value->number);
		break;
	case OPTION_NUMBER:
		valid = parse_number(value->text, &value->number);
		break;
	case OPTION_CHOICE:
		valid = parse_choice(row->words, value->text, &value->number);
		return valid ? NULL : option_why("not %s", option_expects(row));
	default:
		return NULL;
	}
	if (valid && value->number >= row->min && value->number <= row->max)
		return NULL;
	return option_why("not %s", option_expects(row));
}

const char *option_take_bool(void *at, const struct option_value *value)
{
	*(bool *)at = value->number;
	return NULL;
}

const char *option_take_u32(void *at, const struct option_value *value)
{
	*(uint32_t *)at = value->number;
	return NULL;
}

const char *option_take_s64(void *at, const struct option_value *value)
{
	*(int64_t *)at = value->number;
	return NULL;
}

const char *option_take_u64(void *at, const struct option_value *value)
{
	*(uint64_t *)at = value->number;
	return NULL;
}

const char *option_take_text(void *at, const struct option_value *value)
{
	*(const char **)at = value->text;
	return NULL;
}

const char *option_take_another(void *at, const struct option_value *value)
{
	return names_add(at, value->text) ? NULL : "out of memory";
}

const char *option_ignore(void *at, const struct option_value *value)
{
	(void)at;
	(void)value;
	return NULL;
}
