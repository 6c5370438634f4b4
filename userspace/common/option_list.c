// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A table of options as lines for programs to read; see option_print_list().
 */
#include <inttypes.h>
#include <stdio.h>

#include "option_render.h"

static const char *const kinds[] = {
	[OPTION_NONE] = "none",
	[OPTION_TEXT] = "text",
	[OPTION_FILE] = "file",
	[OPTION_DIRECTORY] = "directory",
	[OPTION_SIZE] = "size",
	[OPTION_NUMBER] = "number",
	[OPTION_CHOICE] = "choice",
	[OPTION_KEYS] = "keys",
};

void option_print_words(const struct option_row *row, char separator)
{
	const char *const *word = row->words;

	for (; word && *word; word++) {
		if (word != row->words)
			putchar(separator);
		fputs(*word, stdout);
	}
}

static void print_row(const char *type, const struct option_row *row)
{
	char range[OPTION_RANGE_TEXT];

	option_range(row, range);
	printf("%s\t%.1s\t%s\t%s\t%s\t%s\t", type, &row->letter,
	       row->name ? row->name : "", kinds[row->kind],
	       row->kind == OPTION_NONE ? "" :
	       row->optional ? "optional" : "required",
	       row->kind == OPTION_NONE ? "" : row->argument);
	if (*range)
		printf("%" PRId64 "\t%" PRId64 "\t", row->min, row->max);
	else
		fputs("\t\t", stdout);
	printf("%s\t%s\t", range, option_range_told(row) ? "told" : "");
	option_print_words(row, ',');
	putchar('\n');
}

void option_print_list(const struct option_table *table)
{
	const struct option_row *row;

	puts("type\tletter\tname\tkind\tneed\targument\tmin\tmax\trange\ttold\twords");
	for (; table; table = table->keys)
		for (size_t i = 0; (row = option_row(table, i)); i++)
			print_row(table->version ? "option" : "key", row);
}
