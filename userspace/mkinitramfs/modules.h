/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The modules of the initramfs, by libkmod.
 */
#ifndef MODULES_H
#define MODULES_H

#include <stdbool.h>
#include <stddef.h>

#include "options.h"

/**
 * struct module - a module to load
 * @name: its name, with "_"
 * @path: its file, may be compressed
 * @required: without it the machine cannot start
 */
struct module {
	char *name;
	char *path;
	bool required;
};

/**
 * struct modules - modules in the order of loading
 * @list: array
 * @count: number of modules
 */
struct modules {
	struct module *list;
	size_t count;
};

/**
 * modules_find() - find the modules that the initramfs needs
 * @modules: zeroes; receives the modules, also after an error
 * @s: the command line
 *
 * Return: %EXIT_OK, or another code after a message.
 */
enum exit_code modules_find(struct modules *modules, const struct settings *s);

/** modules_free() - release */
void modules_free(struct modules *modules);

#endif /* MODULES_H */
