/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sizes on the command line.
 */
#ifndef SIZE_H
#define SIZE_H

#include <stdbool.h>
#include <stdint.h>

/** parse_size() - a decimal number with an optional K, M, G or T; or false */
bool parse_size(const char *text, uint64_t *value);

#endif /* SIZE_H */
