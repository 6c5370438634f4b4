/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the layer is made from.
 */
#ifndef INPUT_H
#define INPUT_H

#include "blob.h"
#include "options.h"
#include "source.h"

/**
 * struct input - an open SOURCE
 * @fd: the file
 * @blob: the same
 * @source: what is made of it, all that the options ask for included
 */
struct input {
	int fd;
	struct sgz_blob blob;
	struct sgz_source *source;
};

/** input_open() - 0 or a negative errno with the error text set */
int input_open(struct input *in, const struct settings *s,
	       const struct sgz_context *ctx);

/** input_close() - release; in any case */
void input_close(struct input *in);

#endif /* INPUT_H */
