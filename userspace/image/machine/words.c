// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: lists of words.
 */
#include <stdlib.h>
#include <string.h>

#include "words.h"

void words_take(struct words *words, char *text)
{
	words->word = xrealloc(words->word,
			       (words->count + 2) * sizeof(*words->word));
	words->word[words->count++] = text;
	words->word[words->count] = NULL;
}

void words_free(struct words *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->word[i]);
	free(words->word);
}

char *words_shell(const char *word)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789%+,-./:=@_";
	char *text, *to;

	if (*word && word[strspn(word, plain)] == '\0')
		return xasprintf("%s", word);
	/* The worst case is a text of quotes: each takes four bytes. */
	text = xrealloc(NULL, 4 * strlen(word) + 3);
	to = text;
	*to++ = '\'';
	for (; *word; word++) {
		if (*word == '\'')
			to = stpcpy(to, "'\\'");
		*to++ = *word;
	}
	strcpy(to, "'");
	return text;
}
