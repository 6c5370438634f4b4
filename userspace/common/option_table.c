// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parsing a command line with getopt_long(3) by a table of options.
 */
#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "message.h"
#include "option_render.h"
#include "option_table.h"

/*
 * getopt_long() returns this plus the number of the row for a long option, and
 * the letter for a short one.
 */
#define ROW_BASE	256

const char *const option_reported = "reported";

/* The last rows of every program; option_parse() handles them. */
static const struct option_row help_row = {
	OPTION('h', "help", OPTION_CALL(option_ignore)),
	.help = "print this help",
};

static const struct option_row version_row = {
	OPTION('V', "version", OPTION_CALL(option_ignore)),
	.help = "print the version",
};

const struct option_row *option_row(const struct option_table *table, size_t n)
{
	if (n < table->count)
		return &table->rows[n];
	if (!table->version)
		return NULL;
	if (n == table->count)
		return &help_row;
	return n == table->count + 1 ? &version_row : NULL;
}

const struct option_row *option_key(const struct option_table *table,
				    const char *name)
{
	const struct option_row *row;

	for (size_t i = 0; (row = option_row(table, i)); i++)
		if (row->name && !strcmp(row->name, name))
			return row;
	return NULL;
}

int option_usage(const struct option_table *table, const char *what,
		 const char *why)
{
	message_error(table->program, "%s: %s", what, why);
	return table->exit_usage;
}

/* Print the long name of the row, the value and the reason. */
static int wrong_value(const struct option_table *table,
		       const struct option_row *row, const char *text,
		       const char *why)
{
	const char letter[] = { row->letter, '\0' };

	if (why == option_reported)
		return table->exit_usage;
	message_error(table->program, "%s%s%s%s: %s",
		      !table->version ? "" : row->name ? "--" : "-",
		      row->name ? row->name : letter,
		      !text ? "" : row->name ? "=" : " ", text ? text : "",
		      why);
	return table->exit_usage;
}

static int take(const struct option_table *table, const struct option_row *row,
		void *settings, const char *text)
{
	struct option_value value = {
		.text = text, .number = 1, .code = row->code,
	};
	const char *why = NULL;

	if (text && row->kind == OPTION_NONE)
		why = "takes no value";
	else if (!text && row->kind != OPTION_NONE && !row->optional)
		why = option_why("needs a value: %s", option_expects(row));
	else if (text)
		why = option_convert(row, table->sizes, &value);
	if (!why)
		why = row->take((char *)settings + row->offset, &value);
	return why ? wrong_value(table, row, text, why) : -1;
}

int option_parse_key(const struct option_table *table,
		     const struct option_row *row, void *settings,
		     const char *text)
{
	if (row->kind != OPTION_NONE && text && !*text)
		text = NULL;
	return take(table, row, settings, text);
}

static int take_command(const struct option_table *table, int *number,
			const char *text)
{
	for (int i = 0; table->commands[i].name; i++)
		if (!strcmp(table->commands[i].name, text)) {
			*number = i;
			return -1;
		}
	return option_usage(table, text,
			    option_why("no such command; see %s --help",
				       table->program));
}

static int *command_of(const struct option_table *table, void *settings)
{
	return (int *)((char *)settings + table->command);
}

static int take_operand(const struct option_table *table, void *settings,
			const char *text)
{
	const char *why;

	if (table->commands && *command_of(table, settings) < 0)
		return take_command(table, command_of(table, settings), text);
	why = table->operand(settings, text);
	return why ? option_usage(table, text, why) : -1;
}

/* Was an option given that the command does not have? */
static int check_commands(const struct option_table *table, void *settings,
			  uint64_t given)
{
	const struct option_row *row;
	int command;

	if (!table->commands)
		return -1;
	command = *command_of(table, settings);
	if (command < 0)
		return option_usage(table, "COMMAND",
				    option_why("is missing; see %s --help",
					       table->program));
	for (size_t i = 0; (row = option_row(table, i)); i++)
		if (given >> i & 1 && row->only &&
		    !(row->only & OPTION_COMMAND(command)))
			return wrong_value(table, row, NULL,
					   option_why("is not an option of %s",
						      table->commands[command]
						      .name));
	return -1;
}

/* Number of the row of an option, or -1. */
static int number_of(const struct option_table *table, int c)
{
	const struct option_row *row;

	if (c >= ROW_BASE)
		return c - ROW_BASE;
	for (size_t i = 0; (row = option_row(table, i)); i++)
		if (c && row->letter == c)
			return i;
	return -1;
}

static const struct option_row *find(const struct option_table *table, int c)
{
	int number = number_of(table, c);

	return number < 0 ? NULL : option_row(table, number);
}

/* getopt_long() found no such long option, or several. */
static int unknown(const struct option_table *table, const char *arg)
{
	size_t len = strcspn(arg, "="), n = 0, at = 0;
	const struct option_row *row;
	char names[512] = "";

	for (size_t i = 0; (row = option_row(table, i)); i++)
		if (row->name && len > 2 &&
		    !strncmp(row->name, arg + 2, len - 2) &&
		    at < sizeof(names))
			at += snprintf(names + at, sizeof(names) - at,
				       n++ ? ", --%s" : "--%s", row->name);
	if (n)
		return option_usage(table, arg,
				    option_why("is ambiguous: %s", names));
	return option_usage(table, arg, option_why("no such option; see %s --help",
						   table->program));
}

static int wrong_option(const struct option_table *table, const char *arg)
{
	const struct option_row *row = find(table, optopt);
	char letter[] = { '-', optopt, '\0' };

	if (row && row->kind == OPTION_NONE)
		return option_usage(table, arg, "takes no value");
	if (row)
		return wrong_value(table, row, NULL,
				   option_why("needs a value: %s",
					      option_expects(row)));
	return unknown(table, optopt ? letter : arg);
}

/* Convert the table to the arguments of getopt_long(). */
static void list_options(const struct option_table *table, char *letters,
			 struct option *names)
{
	const struct option_row *row;

	assert(table->count + 2 <= OPTION_ROWS_MAX);
	letters += sprintf(letters, table->operand ? "-:" : ":");
	for (size_t i = 0; (row = option_row(table, i)); i++) {
		int argument = row->kind == OPTION_NONE ? no_argument :
			       row->optional ? optional_argument :
			       required_argument;

		if (row->name)
			*names++ = (struct option) { row->name, argument, NULL,
						     ROW_BASE + i };
		if (!row->letter)
			continue;
		*letters++ = row->letter;
		for (int n = no_argument; n < argument; n++)
			*letters++ = ':';
	}
	*letters = '\0';
	*names = (struct option) { 0 };
}

/* Options for completions and tests; they cannot be abbreviated. */
static bool print_hidden(const struct option_table *table, const char *arg)
{
	static const struct {
		const char *arg;
		void (*print)(const struct option_table *table);
	} hidden[] = {
		{ "--print-options", option_print_list },
		{ "--print-completion=bash", option_print_bash },
		{ "--print-completion=zsh", option_print_zsh },
		{ "--print-completion=fish", option_print_fish },
	};

	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (!strcmp(hidden[i].arg, arg)) {
			hidden[i].print(table);
			return true;
		}
	return false;
}

/* Returns -1 to continue, else the exit status. */
static int take_option(const struct option_table *table, void *settings, int c,
		       const char *arg, uint64_t *given)
{
	const struct option_row *row;

	if (c == '?' || c == ':')
		return wrong_option(table, arg);
	*given |= 1ull << number_of(table, c);
	row = find(table, c);
	if (row == &help_row) {
		option_print_help(table);
		return 0;
	}
	if (row == &version_row) {
		printf("%s %s\n", table->program, table->version);
		return 0;
	}
	return take(table, row, settings, optarg);
}

int option_parse(const struct option_table *table, void *settings, int argc,
		 char **argv)
{
	struct option names[OPTION_ROWS_MAX + 1];
	/* A letter with two colons per row, and the modes of getopt(3). */
	char letters[3 * OPTION_ROWS_MAX + 3];
	uint64_t given = 0;
	int c, code = -1;

	if (argc == 2 && print_hidden(table, argv[1]))
		return 0;
	list_options(table, letters, names);
	opterr = 0;
	while (code < 0 &&
	       (c = getopt_long(argc, argv, letters, names, NULL)) != -1)
		code = c == 1 ? take_operand(table, settings, optarg) :
			take_option(table, settings, c, argv[optind - 1],
				    &given);
	while (code < 0 && table->operand && optind < argc)
		code = take_operand(table, settings, argv[optind++]);
	return code < 0 ? check_commands(table, settings, given) : code;
}
