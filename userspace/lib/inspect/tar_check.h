/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Comparing the table of contents of a layer with the tar that it is about.
 */
#ifndef SGZ_INSPECT_TAR_CHECK_H
#define SGZ_INSPECT_TAR_CHECK_H

#include "base/faults.h"
#include "toc/read.h"

/**
 * sgz_tar_faults() - does the table of contents of a layer tell the truth?
 * @ctx: the call
 * @opt: where the table is
 * @blob: the layer
 * @faults: gets each difference between the files that the table describes and
 *	those that the headers in the tar do: names, attributes, links, and
 *	where content is
 *
 * All of the tar is decoded, in one thread. A layer without a table has no
 * faults.
 *
 * Return: 0, also with faults, or a negative errno with the error text set.
 */
int sgz_tar_faults(const struct sgz_context *ctx,
		   const struct sgz_toc_options *opt, struct sgz_blob *blob,
		   struct sgz_faults *faults);

#endif /* SGZ_INSPECT_TAR_CHECK_H */
