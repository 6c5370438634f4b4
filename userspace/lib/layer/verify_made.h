/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Reading back a layer that was made.
 */
#ifndef SGZ_LAYER_VERIFY_MADE_H
#define SGZ_LAYER_VERIFY_MADE_H

#include "layer/expect.h"

/**
 * sgz_verify() - is a layer what its source said?
 * @ctx: the call
 * @fd: the layer, open for reading
 * @size: bytes of the layer, or zero: up to the end of the file
 * @toc_path: file with its table of contents, or NULL
 * @e: what the source said, all of it
 *
 * An index of the layer is made in memory. Names, attributes, links and digests
 * of files that its table of contents gives are compared with what the source
 * said, its content with these digests, and the table with the tar inside.
 *
 * Return: 0, or a negative errno with the error text set: -EUCLEAN or -EBADMSG
 * if something is not the same.
 */
int sgz_verify(const struct sgz_context *ctx, int fd, uint64_t size,
	       const char *toc_path,
	       struct sgz_expected *e);

#endif /* SGZ_LAYER_VERIFY_MADE_H */
