// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Completion for fish from a table of options. fish does not know optional
 * arguments: such an option completes as one without argument.
 */
#include <stdio.h>

#include "option_render.h"

static void print_quoted(const char *text)
{
	putchar('\'');
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			putchar('\\');
		putchar(*text);
	}
	putchar('\'');
}

static void print_keys(const struct option_table *keys)
{
	const struct option_row *row;

	fputs(" -x -a '(__fish_append ,", stdout);
	for (size_t i = 0; (row = option_row(keys, i)); i++) {
		if (row->kind == OPTION_NONE || row->optional)
			printf(" %s", row->name);
		if (row->kind != OPTION_NONE)
			printf(" %s=", row->name);
	}
	fputs(")'", stdout);
}

static void print_argument(const struct option_table *table,
			   const struct option_row *row)
{
	if (row->kind == OPTION_NONE || row->optional)
		return;
	if (row->kind == OPTION_KEYS) {
		print_keys(table->keys);
		return;
	}
	if (row->kind == OPTION_DIRECTORY)
		fputs(" -x -a '(__fish_complete_directories)'", stdout);
	else
		fputs(row->kind == OPTION_FILE ? " -r -F" : " -x", stdout);
	if (row->words) {
		fputs(" -a '", stdout);
		option_print_words(row, ' ');
		putchar('\'');
	}
}

static void print_commands(const struct option_table *table)
{
	const struct option_command *command = table->commands;

	for (; command && command->name; command++) {
		printf("complete -c %s -n __fish_use_subcommand -a %s -d ",
		       table->program, command->name);
		print_quoted(command->help);
		putchar('\n');
	}
}

void option_print_fish(const struct option_table *table)
{
	const struct option_row *row;

	printf("# fish completion for %s, by its --print-completion=fish\n",
	       table->program);
	print_commands(table);
	for (size_t i = 0; (row = option_row(table, i)); i++) {
		printf("complete -c %s", table->program);
		if (row->letter)
			printf(" -s %c", row->letter);
		if (row->name)
			printf(" -l %s", row->name);
		print_argument(table, row);
		fputs(" -d ", stdout);
		print_quoted(row->help);
		putchar('\n');
	}
}
