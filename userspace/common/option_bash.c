// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Completion for bash from a table of options. The function does not need the
 * package bash-completion.
 */
#include <ctype.h>
#include <stdio.h>

#include "option_render.h"

/*
 * bash splits words at = and :. $cur is the whole word, $lead the part of it
 * that replies must not repeat.
 */
static const char head[] =
"	local cur prev lead i=$COMP_CWORD last=${COMP_WORDS[COMP_CWORD]}\n"
"	local option='' value='' item\n"
"	local -a take=()\n"
"\n"
"	cur=$last\n"
"	while ((i > 1)) && [[ ${COMP_WORDS[i]} == [=:]* ||\n"
"			      ${COMP_WORDS[i - 1]} == *[=:] ]]; do\n"
"		i=$((i - 1))\n"
"		cur=${COMP_WORDS[i]}$cur\n"
"	done\n"
"	prev=${COMP_WORDS[i - 1]}\n"
"	[[ $last != [=:]* ]] || last=''\n"
"	lead=${cur%\"$last\"}\n"
"\n";

static const char before_options[] =
"	*)\n"
"		case $cur in\n"
"		--*=*) option=${cur%%=*} value=${cur#*=} ;;\n"
"		*) value=$cur ;;\n"
"		esac ;;\n"
"	esac\n"
"	case $option in\n";

static const char tail[] =
"	esac\n"
"	[ \"${#take[@]}\" -gt 0 ] || return 0\n"
"	mapfile -t COMPREPLY < <(compgen \"${take[@]}\" -- \"$value\")\n"
"	for i in \"${!COMPREPLY[@]}\"; do\n"
"		item=${cur%\"$value\"}${COMPREPLY[i]}\n"
"		COMPREPLY[i]=${item#\"$lead\"}\n"
"		[[ $item != *= ]] || compopt -o nospace\n"
"	done\n"
"	case \" ${take[*]} \" in\n"
"	*' -f '*|*' -d '*) compopt -o filenames ;;\n"
"	esac\n"
"}\n";

void option_shell_name(const struct option_table *table)
{
	for (const char *c = table->program; *c; c++)
		putchar(isalnum((unsigned char)*c) ? *c : '_');
}

static void print_patterns(const struct option_row *row)
{
	if (row->letter)
		printf("-%c%s", row->letter, row->name ? "|" : "");
	if (row->name)
		printf("--%s", row->name);
}

/* Options whose argument may be the next word. */
static void print_required(const struct option_table *table)
{
	const struct option_row *row;
	const char *separator = "\t";

	for (size_t i = 0; (row = option_row(table, i)); i++) {
		if (row->kind == OPTION_NONE || row->optional)
			continue;
		fputs(separator, stdout);
		print_patterns(row);
		separator = "|";
	}
	puts(")\n\t\toption=$prev value=$cur ;;");
}

/* The arguments of compgen. */
static void print_take(const struct option_row *row)
{
	fputs("take=(", stdout);
	if (row->kind == OPTION_FILE)
		fputs(" -f", stdout);
	if (row->kind == OPTION_DIRECTORY)
		fputs(" -d", stdout);
	if (row->words) {
		fputs(" -W '", stdout);
		option_print_words(row, ' ');
		putchar('\'');
	}
	puts(" ) ;;");
}

/* Complete the last item of a list of keys; the items before it stay. */
static void print_keys(const struct option_table *keys)
{
	const struct option_row *row;

	puts("\t\tvalue=${value##*,} item=$value");
	puts("\t\tcompopt -o nospace");
	puts("\t\t[[ $item != *=* ]] || value=${item#*=}");
	puts("\t\tcase $item in");
	for (size_t i = 0; (row = option_row(keys, i)); i++) {
		if (row->kind == OPTION_NONE)
			continue;
		printf("\t\t%s=*) ", row->name);
		print_take(row);
	}
	puts("\t\t*=*) ;;");
	fputs("\t\t*) take=( -W '", stdout);
	for (size_t i = 0; (row = option_row(keys, i)); i++) {
		if (row->kind == OPTION_NONE || row->optional)
			printf("%s ", row->name);
		if (row->kind != OPTION_NONE)
			printf("%s= ", row->name);
	}
	puts("' ) ;;");
	puts("\t\tesac ;;");
}

static void print_values(const struct option_table *table)
{
	const struct option_row *row;

	for (size_t i = 0; (row = option_row(table, i)); i++) {
		if (row->kind == OPTION_NONE)
			continue;
		putchar('\t');
		print_patterns(row);
		if (row->kind == OPTION_KEYS) {
			puts(")");
			print_keys(table->keys);
		} else {
			fputs(") ", stdout);
			print_take(row);
		}
	}
}

/* A command or a file. */
static void print_operands(const struct option_command *command)
{
	fputs("\t\t*) take=( -f", stdout);
	if (command)
		fputs(" -W '", stdout);
	for (; command && command->name; command++)
		printf("%s%s", command->name, command[1].name ? " " : "'");
	puts(" ) ;;");
}

static void print_options(const struct option_table *table)
{
	const struct option_row *row;

	puts("\t'')");
	puts("\t\tcase $cur in");
	puts("\t\t-*) take=( -W '");
	for (size_t i = 0; (row = option_row(table, i)); i++) {
		fputs("\t\t\t", stdout);
		if (row->letter)
			printf("-%c ", row->letter);
		if (row->name && (row->kind == OPTION_NONE || row->optional))
			printf("--%s ", row->name);
		if (row->name && row->kind != OPTION_NONE)
			printf("--%s=", row->name);
		putchar('\n');
	}
	puts("\t\t\t' ) ;;");
	print_operands(table->commands);
	puts("\t\tesac ;;");
}

void option_print_bash(const struct option_table *table)
{
	printf("# bash completion for %s, by its --print-completion=bash\n_",
	       table->program);
	option_shell_name(table);
	printf("()\n{\n%s\tcase $prev in\n", head);
	print_required(table);
	fputs(before_options, stdout);
	print_values(table);
	print_options(table);
	fputs(tail, stdout);
	fputs("complete -F _", stdout);
	option_shell_name(table);
	printf(" %s\n", table->program);
}
