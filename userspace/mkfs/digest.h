/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Data of a layer for its manifest.
 */
#ifndef DIGEST_H
#define DIGEST_H

#include "stargz/make.h"

/** digest_print() - print it as JSON on stdout; false if memory is short */
bool digest_print(const struct stargz_make_options *opt,
		  const struct stargz_made *made);

/** digest_report() - print digests, sizes and entries of @path as JSON */
void digest_report(const char *path, const struct stargz_made *made);

#endif /* DIGEST_H */
