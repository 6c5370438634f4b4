/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: lists of words, such as a command line.
 */
#ifndef IMAGE_WORDS_H
#define IMAGE_WORDS_H

#include <stddef.h>

#include "../../mount/xalloc.h"

/**
 * struct words - a list of words
 * @word: the words, and NULL after them; allocated
 * @count: number of words
 */
struct words {
	char **word;
	size_t count;
};

/**
 * words_take() - append a word
 * @words: the list
 * @text: the word, an allocated string that the list takes over
 */
void words_take(struct words *words, char *text);

/* Append a word in the form of printf. */
#define words_add(words, ...)	words_take(words, xasprintf(__VA_ARGS__))

/** words_free() - release */
void words_free(struct words *words);

/**
 * words_shell() - a word as a shell reads it
 * @word: the word
 *
 * Return: a new string, in quotes if necessary.
 */
char *words_shell(const char *word);

#endif /* IMAGE_WORDS_H */
