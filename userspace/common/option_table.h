/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Command line options as tables. Each option has one row: how it is spelled,
 * which argument it takes, its help, and which function takes its value. The
 * parser, the messages, --help, the completions of shells and the listing that
 * tests read all come from the row.
 *
 * A second table may hold the keys of a list, such as the one after -o of
 * mount(8): its rows have no letters.
 */
#ifndef OPTION_TABLE_H
#define OPTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "names.h"
#include "size.h"

/* Most rows of a table, --help and --version included. */
#define OPTION_ROWS_MAX	64

/**
 * enum option_kind - what the argument of an option is
 * @OPTION_NONE: there is none
 * @OPTION_TEXT: any text
 * @OPTION_FILE: path of a file or device
 * @OPTION_DIRECTORY: path of a directory
 * @OPTION_SIZE: bytes, see size_parse()
 * @OPTION_NUMBER: a decimal number, with a minus if the range allows one
 * @OPTION_CHOICE: one of the words of the row
 * @OPTION_KEYS: a list by the table of keys
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
 * struct option_value - an argument, checked and converted
 * @text: as given, which lives as long as argv; or NULL: there is none
 * @number: a size in bytes or a number, in the range of the row; the place of
 *	a choice among the words, from zero; else one
 * @code: that of the row
 */
struct option_value {
	const char *text;
	int64_t number;
	int code;
};

/**
 * struct option_row - an option
 * @letter: short name, or zero
 * @name: long name or key, or NULL
 * @kind: kind of the argument
 * @optional: the argument may be missing
 * @argument: placeholder of the argument, in capitals
 * @min: least value of a size or number
 * @max: largest value of a size or number
 * @words: array of words that ends in NULL, or NULL; all values of a choice;
 *	values of other kinds that have a meaning of their own
 * @help: what the option does, without range and default
 * @preset: the default, for --help, or NULL
 * @section: heading above this row and those below it, or NULL: as before
 * @code: tells rows apart that have the same @take
 * @take: takes a value; gets the address of what is set, at @offset of the
 *	settings; returns NULL, or why the value is wrong, see option_why()
 * @offset: bytes from the start of the settings
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
	int code;
	const char *(*take)(void *at, const struct option_value *value);
	size_t offset;
};

/*
 * OPTION() - the start of a row. The macro asks for an action, so that no row
 * is without: OPTION_STORE() or OPTION_CALL().
 */
#define OPTION(c, n, action) \
	.letter = (c), .name = (n), action

/* OPTION_STORE() - the value goes to a member of the settings, by its type. */
#define OPTION_STORE(type, member)					\
	.take = _Generic(((type *)NULL)->member,			\
			 bool : option_take_bool,			\
			 uint32_t : option_take_u32,			\
			 int64_t : option_take_s64,			\
			 uint64_t : option_take_u64,			\
			 const char * : option_take_text,		\
			 struct names : option_take_another),		\
	.offset = offsetof(type, member)

/* OPTION_CALL() - a function takes the value and gets the settings. */
#define OPTION_CALL(function) \
	.take = (function)

/* OPTION_CALL_AT() - the same, but it gets a member of the settings. */
#define OPTION_CALL_AT(function, type, member) \
	.take = (function), .offset = offsetof(type, member)

/**
 * struct option_table - the options of a program, or the keys of a list
 * @program: name of the program
 * @version: what --version prints after the name; NULL: these are keys, and
 *	neither --help nor --version is added
 * @synopsis: lines of --help before the options
 * @epilog: lines of --help at the end, or NULL
 * @rows: the options
 * @count: how many
 * @sizes: how sizes are written
 * @keys: keys of the list that an %OPTION_KEYS takes, or NULL
 * @operand: takes an operand; NULL, or as @take of a row. If it is set, options
 *	may stand between operands whatever POSIXLY_CORRECT says; if not, the
 *	caller finds operands at optind
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
	const char *(*operand)(void *settings, const char *text);
	int exit_usage;
};

/* What a function returns that has printed the message itself. */
extern const char *const option_reported;

/**
 * option_parse() - take the options of a command line
 * @table: the options
 * @settings: what they set
 * @argc: as main() got it
 * @argv: as main() got it; operands are moved behind the options
 *
 * Prints what --help, --version and, as the only argument, --print-options and
 * --print-completion=SHELL ask for.
 *
 * Return: -1 to go on; else the exit status, after a message if it is not zero.
 */
int option_parse(const struct option_table *table, void *settings, int argc,
		 char **argv);

/**
 * option_parse_key() - take one key of a list
 * @table: the keys
 * @row: the key
 * @settings: what it sets
 * @text: its value, or NULL; a key that needs a value needs more than ""
 *
 * Return: as option_parse().
 */
int option_parse_key(const struct option_table *table,
		     const struct option_row *row, void *settings,
		     const char *text);

/**
 * option_usage() - print an error of the command line
 * @table: the options
 * @what: what is wrong: an option or operand
 * @why: why
 *
 * Return: the exit status for it.
 */
int option_usage(const struct option_table *table, const char *what,
		 const char *why);

/**
 * option_row() - a row by its number
 * @table: the options
 * @n: number, from zero
 *
 * Return: the row, or NULL behind the last one, which is --version.
 */
const struct option_row *option_row(const struct option_table *table, size_t n);

/**
 * option_key() - a row by its name
 * @table: the keys
 * @name: whole name
 *
 * Return: the row, or NULL.
 */
const struct option_row *option_key(const struct option_table *table,
				    const char *name);

/**
 * option_convert() - check an argument and convert it
 * @row: the option
 * @sizes: how a size may be written
 * @value: @text is set; @number gets the value
 *
 * Return: NULL, or why it is wrong.
 */
const char *option_convert(const struct option_row *row, enum size_syntax sizes,
			   struct option_value *value);

/**
 * option_expects() - say which arguments an option takes
 * @row: the option, which takes one
 *
 * Return: text such as "a size (4K to 64M)", valid until the next call.
 */
const char *option_expects(const struct option_row *row);

/* Enough for any range as text. */
#define OPTION_RANGE_TEXT	(2 * SIZE_TEXT + 8)

/**
 * option_range() - the range of a size or number
 * @row: the option
 * @text: gets it, such as "4K to 64M"; or nothing for any other kind
 */
void option_range(const struct option_row *row, char text[OPTION_RANGE_TEXT]);

/**
 * option_range_told() - is the range one that users should be told?
 * @row: the option
 *
 * Return: false if it is no more than what the type of the value can hold.
 */
bool option_range_told(const struct option_row *row);

/**
 * option_why() - say why a value is wrong
 * @fmt: printf format
 *
 * Return: the text, valid until the next call.
 */
const char *option_why(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));

/*
 * What OPTION_STORE() chooses from: set a member to the value. A flag sets true
 * or one, a choice its place among the words. The last one appends the text to
 * an array of char *.
 */
const char *option_take_bool(void *at, const struct option_value *value);
const char *option_take_u32(void *at, const struct option_value *value);
const char *option_take_s64(void *at, const struct option_value *value);
const char *option_take_u64(void *at, const struct option_value *value);
const char *option_take_text(void *at, const struct option_value *value);
const char *option_take_another(void *at, const struct option_value *value);

/* Take an option that is accepted and changes nothing. */
const char *option_ignore(void *at, const struct option_value *value);

#endif /* OPTION_TABLE_H */
