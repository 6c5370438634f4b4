/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The tree of an index as text, one line a name: see stargz-dump(5).
 */
#ifndef SGZ_INSPECT_DUMP_H
#define SGZ_INSPECT_DUMP_H

#include "inspect/opened.h"

/* How the text begins; what follows is the view, "overlay" or "raw". */
#define SGZ_DUMP_MAGIC	"stargz-dump 1 "
/* Fields of a line before its extended attributes. */
#define SGZ_DUMP_FIELDS	9
/* What stands for nothing. */
#define SGZ_DUMP_NONE	"-"

/**
 * sgz_dump_write() - write the text
 * @o: the index, which was checked, and its blobs
 * @threads: how many read content, for its digests
 * @to: where to; errors of writing are for the caller to look for
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_dump_write(struct sgz_opened *o, unsigned int threads, FILE *to);

#endif /* SGZ_INSPECT_DUMP_H */
