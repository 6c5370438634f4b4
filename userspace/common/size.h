/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sizes as users write them.
 */
#ifndef SIZE_H
#define SIZE_H

#include <stdbool.h>
#include <stdint.h>

/**
 * enum size_syntax - how a size may be written
 * @SIZE_DECIMAL: a decimal number, then K, M, G, T or nothing
 * @SIZE_MOUNT: as mount(8) takes it: a decimal, octal (0) or hexadecimal (0x)
 *	number, then a unit in either case, which "iB" may follow, or nothing
 */
enum size_syntax {
	SIZE_DECIMAL,
	SIZE_MOUNT,
};

/**
 * size_parse() - read a size
 * @text: the size; units are powers of 1024
 * @syntax: how it may be written
 * @bytes: set to it, 0 to INT64_MAX, as file offsets are signed
 *
 * Return: is it one?
 */
bool size_parse(const char *text, enum size_syntax syntax, int64_t *bytes);

/* Enough for any size as text. */
#define SIZE_TEXT	24

/**
 * size_format() - write a size as size_parse() reads it
 * @text: gets it, with the largest unit that loses nothing
 * @bytes: the size
 */
void size_format(char text[SIZE_TEXT], int64_t bytes);

#endif /* SIZE_H */
