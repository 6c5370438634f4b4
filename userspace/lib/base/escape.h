/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Escaping arbitrary bytes to one word of text, and unescaping.
 */
#ifndef SGZ_BASE_ESCAPE_H
#define SGZ_BASE_ESCAPE_H

#include <stdbool.h>

#include "base/memory.h"

/**
 * sgz_escape() - append bytes as text
 * @to: receives the characters, followed by a NUL that does not count
 * @bytes: the bytes
 * @len: number of bytes
 * @also: NULL: escape only bytes that would break the line or are not text;
 *	else escape every byte that is not a visible ASCII character, and the
 *	characters of @also
 *
 * A byte is escaped as \xHH, and a backslash as \\.
 *
 * Return: 0 or -ENOMEM.
 */
int sgz_escape(struct sgz_vec *to, const void *bytes, size_t len,
	       const char *also);

/**
 * sgz_unescape() - decode an escaped text in place
 * @text: the text, replaced by the bytes
 * @len: length of @text
 * @out: set to the number of bytes
 *
 * Return: true, or false if sgz_escape() cannot have written the text.
 */
bool sgz_unescape(char *text, size_t len, size_t *out);

#endif /* SGZ_BASE_ESCAPE_H */
