/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * A source without some of its entries.
 */
#ifndef SGZ_SOURCE_EXCLUDE_H
#define SGZ_SOURCE_EXCLUDE_H

#include "source/exclude_rules.h"
#include "source/source.h"

/**
 * sgz_source_exclude() - omit entries of a source
 * @source: the source; replaced by one that also closes the old one
 * @ctx: the call; must stay valid as long as the source
 * @ex: the rules; must stay valid as long as the source
 *
 * If a file is omitted, its first remaining hard link becomes the file, and the
 * others become links to that. For this purpose, the content of omitted files
 * goes to a temporary file. The new source can be read only once. For a
 * directory use sgz_dir_options.excluded instead.
 *
 * Return: 0, or a negative errno with the error text set and @source unchanged.
 */
int sgz_source_exclude(struct sgz_source **source,
		       const struct sgz_context *ctx,
		       const struct sgz_exclude *ex);

#endif /* SGZ_SOURCE_EXCLUDE_H */
