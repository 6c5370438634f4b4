// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --help from a table of options: the spelling of each option, and its help
 * wrapped in a column beside it.
 */
#include <stdio.h>
#include <string.h>

#include "option_render.h"

#define WIDTH	80
#define COLUMN	24	/* where the help of an option begins */

#define HELP_MAX	1024

static void print_wrapped(const char *text, size_t at)
{
	while (*text) {
		size_t len = strcspn(text, " ");

		if (at + 1 + len > WIDTH) {
			printf("\n%*s", COLUMN, "");
			at = COLUMN;
		} else if (at > COLUMN) {
			putchar(' ');
			at++;
		}
		fwrite(text, 1, len, stdout);
		at += len;
		text += len;
		text += strspn(text, " ");
	}
	putchar('\n');
}

/* "  -o, --output=FILE"; returns its length. */
static size_t print_spelling(const struct option_table *table,
			     const struct option_row *row)
{
	const char *sign = !row->name ? " " : "=";
	size_t at;

	if (!table->version)
		at = printf("  %s", row->name);
	else if (row->letter)
		at = printf("  -%c%s%s", row->letter, row->name ? ", --" : "",
			    row->name ? row->name : "");
	else
		at = printf("      --%s", row->name);
	if (row->kind != OPTION_NONE)
		at += printf("%s%s%s%s", row->optional ? "[" : "", sign,
			     row->argument, row->optional ? "]" : "");
	return at;
}

static void print_row(const struct option_table *table,
		      const struct option_row *row)
{
	char text[HELP_MAX], range[OPTION_RANGE_TEXT];
	bool told = option_range_told(row), preset = row->preset;
	size_t at = print_spelling(table, row);

	option_range(row, range);
	snprintf(text, sizeof(text), "%s%s%s%s%s%s%s", row->help,
		 told || preset ? " (" : "", told ? range : "",
		 told && preset ? "; " : "", preset ? "default " : "",
		 preset ? row->preset : "", told || preset ? ")" : "");
	/* At least two blanks separate a spelling from the help. */
	if (at + 2 > COLUMN) {
		printf("\n%*s", COLUMN, "");
		at = COLUMN;
	} else {
		at += printf("%*s", (int)(COLUMN - at), "");
	}
	print_wrapped(text, at);
}

static void print_rows(const struct option_table *table)
{
	const struct option_row *row;

	for (size_t i = 0; (row = option_row(table, i)); i++) {
		if (row->section)
			printf("%s%s:\n", i ? "\n" : "", row->section);
		print_row(table, row);
	}
}

static void print_commands(const struct option_command *command)
{
	puts("Commands:");
	for (; command->name; command++) {
		size_t at = printf("  %s %s", command->name, command->operands);

		if (at + 2 > COLUMN)
			at = printf("\n%*s", COLUMN, "") - 1;
		else
			at += printf("%*s", (int)(COLUMN - at), "");
		print_wrapped(command->help, at);
	}
	putchar('\n');
}

void option_print_help(const struct option_table *table)
{
	for (; table; table = table->keys) {
		printf("%s\n", table->synopsis);
		if (table->commands)
			print_commands(table->commands);
		print_rows(table);
		if (table->keys || table->epilog)
			putchar('\n');
		if (table->epilog)
			fputs(table->epilog, stdout);
	}
}
