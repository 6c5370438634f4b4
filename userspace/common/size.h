/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sizes on the command line.
 */
#ifndef SIZE_H
#define SIZE_H

#include <stdbool.h>
#include <stdint.h>

/**
 * enum size_syntax - syntax of a size
 * @SIZE_DECIMAL: a decimal number, and optionally K, M, G or T
 * @SIZE_MOUNT: syntax of mount(8): a decimal, octal (0) or hexadecimal (0x)
 *	number, and optionally a unit in upper or lower case, also with "iB"
 */
enum size_syntax {
	SIZE_DECIMAL,
	SIZE_MOUNT,
};

/**
 * size_parse() - read a size
 * @text: the size; units are powers of 1024
 * @syntax: its syntax
 * @bytes: set to the size, from 0 to INT64_MAX, as file offsets are signed
 *
 * Return: true if @text is valid.
 */
bool size_parse(const char *text, enum size_syntax syntax, int64_t *bytes);

/* Size in bytes of the longest size as text. */
#define SIZE_TEXT	24

/**
 * size_format() - write a size in the syntax of size_parse()
 * @text: receives the text, with the largest unit that gives an integer
 * @bytes: the size
 */
void size_format(char text[SIZE_TEXT], int64_t bytes);

#endif /* SIZE_H */
