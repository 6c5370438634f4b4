/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Verifying a new layer.
 */
#ifndef SGZ_LAYER_VERIFY_MADE_H
#define SGZ_LAYER_VERIFY_MADE_H

#include "layer/expect.h"

/**
 * sgz_verify() - compare a layer with its source
 * @ctx: the call
 * @fd: the layer, open for reading
 * @size: size of the layer in bytes, or zero: up to the end of the file
 * @toc_path: file with an external table of contents, or NULL
 * @e: data of the source, with @e->full
 *
 * The call compares names, attributes, links and digests in the table of
 * contents with the source, the content with these digests, and the table with
 * the tar.
 *
 * Return: 0, or a negative errno with the error text set: -EUCLEAN or -EBADMSG
 * if there is a difference.
 */
int sgz_verify(const struct sgz_context *ctx, int fd, uint64_t size,
	       const char *toc_path,
	       struct sgz_expected *e);

#endif /* SGZ_LAYER_VERIFY_MADE_H */
