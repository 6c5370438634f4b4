/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Command line options as tables. Each option has one row with its spelling,
 * its argument, its help, and the function that takes its value. The row is the
 * only source for the parser, the messages, --help, the completions for shells
 * and the listing for tests.
 *
 * A second table may hold the keys of a list, as in -o of mount(8). Its rows
 * have no letters.
 */
#ifndef OPTION_TABLE_H
#define OPTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "names.h"
#include "size.h"

/* Maximum number of rows, including --help and --version. */
#define OPTION_ROWS_MAX	64

/**
 * enum option_kind - kind of the argument of an option
 * @OPTION_NONE: no argument
 * @OPTION_TEXT: any text
 * @OPTION_FILE: path of a file or device
 * @OPTION_DIRECTORY: path of a directory
 * @OPTION_SIZE: size in bytes, see size_parse()
 * @OPTION_NUMBER: a decimal number, possibly negative
 * @OPTION_CHOICE: one of the words of the row
 * @OPTION_KEYS: a list of keys, which have their own table
 */
enum option_kind {
	OPTION_NONE,
	OPTION_TEXT,
	OPTION_FILE,
	OPTION_DIRECTORY,
	OPTION_SIZE,
	OPTION_NUMBER,
	OPTION_CHOICE,
	OPTION_KEYS,
};

/**
 * struct option_value - a checked and converted argument
 * @text: the argument in argv, or NULL: no argument
 * @number: a size in bytes or a number, in the range of the row; for a choice,
 *	the position of the word, from zero; else one
 * @code: @code of the row
 */
struct option_value {
	const char *text;
	int64_t number;
	int code;
};

/**
 * struct option_command - a command, the first operand
 * @name: its name
 * @operands: the operands after it, for --help
 * @help: help text
 */
struct option_command {
	const char *name;
	const char *operands;
	const char *help;
};

/* Bit of a command, by its number, for the options that it has. */
#define OPTION_COMMAND(number)	(1u << (number))

/**
 * struct option_row - an option
 * @letter: short name, or zero
 * @name: long name or key, or NULL
 * @kind: kind of the argument
 * @optional: the argument may be missing
 * @argument: placeholder of the argument, in capitals
 * @min: smallest value of a size or number
 * @max: largest value of a size or number
 * @words: NULL-terminated array of words, or NULL; all values of a choice, or
 *	the special values of other kinds
 * @help: help text, without range and default
 * @preset: the default, for --help, or NULL
 * @section: heading above this row, or NULL: the row is in the section of the
 *	row before
 * @only: OPTION_COMMAND() of the commands that have the option; zero: all
 * @code: distinguishes rows that have the same @take
 * @take: takes a value; gets the address at @offset in the settings; returns
 *	NULL, or the error text, see option_why()
 * @offset: offset of the destination in the settings in bytes
 */
struct option_row {
	char letter;
	const char *name;
	enum option_kind kind;
	bool optional;
	const char *argument;
	int64_t min;
	int64_t max;
	const char *const *words;
	const char *help;
	const char *preset;
	const char *section;
	unsigned int only;
	int code;
	const char *(*take)(void *at, const struct option_value *value);
	size_t offset;
};

/*
 * OPTION() - the start of a row. The action, OPTION_STORE() or OPTION_CALL(),
 * is a parameter, so that no row can lack one.
 */
#define OPTION(c, n, action) \
	.letter = (c), .name = (n), action

/* OPTION_STORE() - store the value in a member of the settings, by its type. */
#define OPTION_STORE(type, member)					\
	.take = _Generic(((type *)NULL)->member,			\
			 bool : option_take_bool,			\
			 uint32_t : option_take_u32,			\
			 int64_t : option_take_s64,			\
			 uint64_t : option_take_u64,			\
			 const char * : option_take_text,		\
			 struct names : option_take_another),		\
	.offset = offsetof(type, member)

/* OPTION_CALL() - pass the settings and the value to a function. */
#define OPTION_CALL(function) \
	.take = (function)

/* OPTION_CALL_AT() - pass a member of the settings and the value. */
#define OPTION_CALL_AT(function, type, member) \
	.take = (function), .offset = offsetof(type, member)

/**
 * struct option_table - the options of a program, or the keys of a list
 * @program: name of the program
 * @version: version for --version; NULL in a table of keys, which has neither
 *	--help nor --version
 * @synopsis: lines of --help before the options
 * @epilog: lines of --help at the end, or NULL
 * @rows: the options
 * @count: number of rows
 * @sizes: syntax of sizes
 * @keys: table of the keys for %OPTION_KEYS, or NULL
 * @commands: the commands, the last one followed by one without a name; or NULL
 * @command: offset in the settings of an int, initially -1, which is set to the
 *	number of the command
 * @operand: takes an operand, as @take of a row, or NULL. If it is set, options
 *	may follow operands, also with POSIXLY_CORRECT; if not, the operands are
 *	at optind. Required if there are @commands, which it does not get
 * @exit_usage: exit status after a wrong command line
 */
struct option_table {
	const char *program;
	const char *version;
	const char *synopsis;
	const char *epilog;
	const struct option_row *rows;
	size_t count;
	enum size_syntax sizes;
	const struct option_table *keys;
	const struct option_command *commands;
	size_t command;
	const char *(*operand)(void *settings, const char *text);
	int exit_usage;
};

/* Return value of a function that has printed the message itself. */
extern const char *const option_reported;

/**
 * option_parse() - parse the options of a command line
 * @table: the options
 * @settings: destination of the values
 * @argc: argument of main()
 * @argv: argument of main(); the call moves operands after the options
 *
 * The call handles --help, --version and, as the only argument,
 * --print-options and --print-completion=SHELL.
 *
 * Return: -1 to continue; else the exit status, after a message if it is not
 * zero.
 */
int option_parse(const struct option_table *table, void *settings, int argc,
		 char **argv);

/**
 * option_parse_key() - parse one key of a list
 * @table: the keys
 * @row: the key
 * @settings: destination of the value
 * @text: its value, or NULL; an empty value counts as missing
 *
 * Return: as option_parse().
 */
int option_parse_key(const struct option_table *table,
		     const struct option_row *row, void *settings,
		     const char *text);

/**
 * option_usage() - print an error of the command line
 * @table: the options
 * @what: the wrong option or operand
 * @why: the reason
 *
 * Return: @exit_usage of the table.
 */
int option_usage(const struct option_table *table, const char *what,
		 const char *why);

/**
 * option_row() - a row by its number
 * @table: the options
 * @n: number, from zero
 *
 * Return: the row, or NULL after the last one, which is --version.
 */
const struct option_row *option_row(const struct option_table *table, size_t n);

/**
 * option_key() - a row by its name
 * @table: the keys
 * @name: full name
 *
 * Return: the row, or NULL.
 */
const struct option_row *option_key(const struct option_table *table,
				    const char *name);

/**
 * option_convert() - check an argument and convert it
 * @row: the option
 * @sizes: syntax of sizes
 * @value: @text is set; @number receives the value
 *
 * Return: NULL, or the error text.
 */
const char *option_convert(const struct option_row *row, enum size_syntax sizes,
			   struct option_value *value);

/**
 * option_expects() - describe the valid arguments of an option
 * @row: the option, which takes one
 *
 * Return: text such as "a size (4K to 64M)", valid until the next call.
 */
const char *option_expects(const struct option_row *row);

/* Size in bytes of the longest range as text. */
#define OPTION_RANGE_TEXT	(2 * SIZE_TEXT + 8)

/**
 * option_range() - the range of a size or number
 * @row: the option
 * @text: receives text such as "4K to 64M"; empty for all other kinds
 */
void option_range(const struct option_row *row, char text[OPTION_RANGE_TEXT]);

/**
 * option_range_told() - should --help show the range?
 * @row: the option
 *
 * Return: false if the range is only that of the type of the value.
 */
bool option_range_told(const struct option_row *row);

/**
 * option_why() - format the error text for a wrong value
 * @fmt: printf format
 *
 * Return: the text, valid until the next call.
 */
const char *option_why(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));

/*
 * The functions of OPTION_STORE() set a member to the value: true or one for a
 * flag, the position of the word for a choice. The last one appends the text to
 * a struct names.
 */
const char *option_take_bool(void *at, const struct option_value *value);
const char *option_take_u32(void *at, const struct option_value *value);
const char *option_take_s64(void *at, const struct option_value *value);
const char *option_take_u64(void *at, const struct option_value *value);
const char *option_take_text(void *at, const struct option_value *value);
const char *option_take_another(void *at, const struct option_value *value);

/* Accept an option without any effect. */
const char *option_ignore(void *at, const struct option_value *value);

#endif /* OPTION_TABLE_H */
