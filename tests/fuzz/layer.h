/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What fuzz targets share that read layers or indexes: an input as a file.
 */
#ifndef FUZZ_LAYER_H
#define FUZZ_LAYER_H

#include "inspect/opened.h"

/** input_file() - a file with these bytes, the same one in each call */
int input_file(const uint8_t *bytes, size_t len);

/** input_context() - a call of the library with all options as they are not */
const struct sgz_context *input_context(void);

/** must() - stop with the error text unless a promise of the library holds */
void must(int ok, const char *what);

/** look_at() - check an index in all ways; of a sound one read everything */
void look_at(struct sgz_opened *o);

#endif /* FUZZ_LAYER_H */
