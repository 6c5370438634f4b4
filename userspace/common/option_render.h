/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Printing a table of options to standard output.
 */
#ifndef OPTION_RENDER_H
#define OPTION_RENDER_H

#include <stdbool.h>

#include "option_table.h"

/** option_print_help() - print the text of --help */
void option_print_help(const struct option_table *table);

/**
 * option_print_list() - print the table for programs
 * @table: the options
 *
 * A line of titles and one for each option and key, with tabs between columns:
 * type ("option" or "key"), letter, name, kind, whether the argument is
 * "required" or "optional", argument, min, max, range, whether --help shows the
 * range ("told"), and words with commas between them.
 */
void option_print_list(const struct option_table *table);

/** option_print_bash() - print the completion for bash */
void option_print_bash(const struct option_table *table);

/** option_print_zsh() - print the completion for zsh */
void option_print_zsh(const struct option_table *table);

/** option_print_fish() - print the completion for fish */
void option_print_fish(const struct option_table *table);

/**
 * option_shell_name() - print a program's name as part of a function's name
 * @table: its options
 *
 * Characters that are neither letters nor digits become underscores.
 */
void option_shell_name(const struct option_table *table);

/**
 * option_print_words() - print the words of a row
 * @row: the option
 * @separator: between them
 */
void option_print_words(const struct option_row *row, char separator);

#endif /* OPTION_RENDER_H */
