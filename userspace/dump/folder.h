/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A directory in place of a layer.
 */
#ifndef FOLDER_H
#define FOLDER_H

#include "options.h"
#include "stargz/open.h"

/**
 * folder_read() - replace a directory by a layer of it
 * @s: the command line
 * @fd: the directory; set to the layer, an unnamed file in $TMPDIR
 * @err: filled in on failure
 *
 * Return: 0 or a negative errno.
 */
int folder_read(struct settings *s, int *fd, struct stargz_error *err);

#endif /* FOLDER_H */
