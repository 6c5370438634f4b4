/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values of options that may be repeated.
 */
#ifndef NAMES_H
#define NAMES_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct names - a list of names
 * @name: array that names_free() releases; the strings are not owned
 * @count: number of names
 */
struct names {
	const char **name;
	size_t count;
};

/** names_add() - append a name; returns false if memory is short */
bool names_add(struct names *names, const char *name);

/** names_free() - release */
void names_free(struct names *names);

#endif /* NAMES_H */
