/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a manifest has to say of a layer.
 */
#ifndef DIGEST_H
#define DIGEST_H

#include "stargz/make.h"

/** digest_print() - print it as JSON on standard output; false without memory */
bool digest_print(const struct stargz_make_options *opt,
		  const struct stargz_made *made);

#endif /* DIGEST_H */
