/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names from the command line: options that may be given more than once.
 */
#ifndef NAMES_H
#define NAMES_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct names - a list of names
 * @name: they, not owned; the array to be released by names_free()
 * @count: how many
 */
struct names {
	const char **name;
	size_t count;
};

/** names_add() - append a name; false without memory */
bool names_add(struct names *names, const char *name);

/** names_free() - release */
void names_free(struct names *names);

#endif /* NAMES_H */
