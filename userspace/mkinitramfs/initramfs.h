/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the initramfs.
 */
#ifndef INITRAMFS_H
#define INITRAMFS_H

#include "modules.h"
#include "options.h"

/**
 * initramfs_write() - write the initramfs
 * @s: the command line
 * @init: file of the init
 * @modules: modules in the order of loading
 * @fd: destination
 *
 * The entries depend on nothing but the arguments.
 *
 * Return: %EXIT_OK, or another code after a message.
 */
enum exit_code initramfs_write(const struct settings *s, const char *init,
			       const struct modules *modules, int fd);

#endif /* INITRAMFS_H */
