/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Any bytes as one word of text, and back.
 */
#ifndef SGZ_BASE_ESCAPE_H
#define SGZ_BASE_ESCAPE_H

#include <stdbool.h>

#include "base/memory.h"

/**
 * sgz_escape() - append bytes as text
 * @to: characters; a NUL follows them, which does not count
 * @bytes: they
 * @len: how many
 * @also: NULL: only what would be more than one line, or not be text at all,
 *	is escaped; else everything that is not a visible ASCII character, and
 *	these
 *
 * A byte is escaped as \xHH, and a backslash as \\.
 *
 * Return: 0 or -ENOMEM.
 */
int sgz_escape(struct sgz_vec *to, const void *bytes, size_t len,
	       const char *also);

/**
 * sgz_unescape() - the bytes of a text, in place
 * @text: the text, of which as many bytes or fewer are left
 * @len: its length
 * @out: set to the number of bytes
 *
 * Return: true, or false if it is not what sgz_escape() could have made.
 */
bool sgz_unescape(char *text, size_t len, size_t *out);

#endif /* SGZ_BASE_ESCAPE_H */
