// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Completion for zsh from a table of options: specifications in single quotes
 * for _arguments, and for _values in the case of keys.
 */
#include <stdio.h>
#include <string.h>

#include "option_render.h"

/* Print text of a specification, in which brackets and colons are special. */
static void print_text(const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\'", stdout);
		else if (strchr("[]:\\", *text))
			putchar('\\');
		putchar(*text);
	}
}

/* Print ":message:action" and the closing quote. */
static void print_argument(const struct option_table *table,
			   const struct option_row *row)
{
	bool files = row->kind == OPTION_FILE || row->kind == OPTION_DIRECTORY;

	if (row->kind != OPTION_NONE) {
		fputs(row->optional ? "::" : ":", stdout);
		print_text(row->argument);
		putchar(':');
		if (row->words) {
			fputs(files ? "{compadd -- " : "(", stdout);
			option_print_words(row, ' ');
			fputs(files ? "; _files}" : ")", stdout);
		} else if (row->kind == OPTION_FILE) {
			fputs("_files", stdout);
		} else if (row->kind == OPTION_DIRECTORY) {
			fputs("_files -/", stdout);
		} else if (row->kind == OPTION_KEYS) {
			putchar('_');
			option_shell_name(table);
			fputs("_keys", stdout);
		} else {
			/* A blank shows only the message. */
			putchar(' ');
		}
	}
	puts("' \\");
}

/* '*'{-o+,--output=}'[help]:FILE:_files' */
static void print_option(const struct option_table *table,
			 const struct option_row *row)
{
	bool takes = row->kind != OPTION_NONE;
	const char *sign = !takes ? "" : row->optional ? "=-" : "=";

	fputs("\t\t'*'", stdout);
	if (row->letter && row->name)
		putchar('{');
	if (row->letter)
		printf("-%c%s", row->letter, takes ? "+" : "");
	if (row->letter && row->name)
		putchar(',');
	if (row->name)
		printf("--%s%s", row->name, sign);
	if (row->letter && row->name)
		putchar('}');
	fputs("'[", stdout);
	print_text(row->help);
	putchar(']');
	print_argument(table, row);
}

static void print_keys(const struct option_table *table)
{
	const struct option_row *row;

	putchar('_');
	option_shell_name(table);
	puts("_keys()\n{\n\t_values -s , 'mount option' \\");
	for (size_t i = 0; (row = option_row(table->keys, i)); i++) {
		printf("\t\t'%s[", row->name);
		print_text(row->help);
		putchar(']');
		print_argument(table->keys, row);
	}
	puts("\t\t&& return 0\n}\n");
}

/* The first operand: '1:command:(ls info)' */
static void print_commands(const struct option_command *command)
{
	if (!command)
		return;
	fputs("\t\t'1:command:(", stdout);
	for (; command->name; command++)
		printf("%s%s", command->name, command[1].name ? " " : "");
	puts(")' \\");
}

void option_print_zsh(const struct option_table *table)
{
	const struct option_row *row;

	printf("#compdef %s\n", table->program);
	printf("# zsh completion for %s, by its --print-completion=zsh\n\n",
	       table->program);
	if (table->keys)
		print_keys(table);
	putchar('_');
	option_shell_name(table);
	puts("()\n{\n\t_arguments -s -S \\");
	for (size_t i = 0; (row = option_row(table, i)); i++)
		print_option(table, row);
	print_commands(table->commands);
	puts("\t\t'*:file:_files'\n}\n");
	putchar('_');
	option_shell_name(table);
	puts(" \"$@\"");
}
