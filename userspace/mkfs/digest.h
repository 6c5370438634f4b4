/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a manifest has to say of a layer.
 */
#ifndef DIGEST_H
#define DIGEST_H

#include "layer/make.h"

/** digest_print() - print it as JSON on standard output; false without memory */
bool digest_print(const struct sgz_make_options *opt,
		  const struct sgz_made *made);

#endif /* DIGEST_H */
