/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Comparing the table of contents of a layer with its tar.
 */
#ifndef SGZ_INSPECT_TAR_CHECK_H
#define SGZ_INSPECT_TAR_CHECK_H

#include "base/faults.h"
#include "toc/read.h"

/**
 * sgz_tar_faults() - compare the table of contents of a layer with its tar
 * @ctx: the call
 * @opt: position of the table
 * @blob: the layer
 * @faults: receives the differences between the files in the table and those in
 *	the tar: names, attributes, links, and positions of content
 *
 * The call decodes the whole tar, in one thread. A layer without a table has no
 * faults.
 *
 * Return: 0, also with faults, or a negative errno with the error text set.
 */
int sgz_tar_faults(const struct sgz_context *ctx,
		   const struct sgz_toc_options *opt, struct sgz_blob *blob,
		   struct sgz_faults *faults);

#endif /* SGZ_INSPECT_TAR_CHECK_H */
