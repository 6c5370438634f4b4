/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files with patterns of paths to omit.
 */
#ifndef EXCLUDE_H
#define EXCLUDE_H

#include "options.h"

/**
 * exclude_read() - read the files of --exclude-from
 * @s: the patterns are added to its rules
 *
 * Return: %EXIT_OK, or %EXIT_OPERATION after a message.
 */
int exclude_read(struct settings *s);

#endif /* EXCLUDE_H */
