/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Removes the debugging data of a module.
 */
#ifndef STRIP_H
#define STRIP_H

#include "file.h"

/**
 * strip_debug() - remove the sections with debugging data
 * @file: a module
 *
 * A module with a signature, or in a form that this function does not know, stays
 * as it is.
 */
void strip_debug(struct file *file);

#endif /* STRIP_H */
