/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The tree of an index as text, one line for each name: see stargz-dump(5).
 */
#ifndef SGZ_INSPECT_DUMP_H
#define SGZ_INSPECT_DUMP_H

#include "inspect/opened.h"

/* Start of the text; the view, "overlay" or "raw", follows. */
#define SGZ_DUMP_MAGIC	"stargz-dump 1 "
/* Number of fields in a line before its extended attributes. */
#define SGZ_DUMP_FIELDS	9
/* An empty field. */
#define SGZ_DUMP_NONE	"-"

/**
 * sgz_dump_write() - write the text
 * @o: the index, which was checked, and its blobs
 * @threads: number of threads that read content, for its digests
 * @to: destination; the caller checks for write errors
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_dump_write(struct sgz_opened *o, unsigned int threads, FILE *to);

#endif /* SGZ_INSPECT_DUMP_H */
