/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * A source without some of its entries.
 */
#ifndef SGZ_SOURCE_EXCLUDE_H
#define SGZ_SOURCE_EXCLUDE_H

#include "source/exclude_rules.h"
#include "source/source.h"

/**
 * sgz_source_exclude() - leave out entries of a source
 * @source: the source, without sparse files, see sgz_source_expand(); replaced
 *	by one that closes it, too
 * @ctx: the call; has to live as long as the source
 * @ex: what to leave out; likewise
 *
 * If a file is left out and a hard link to it is not, then the first such link
 * becomes the file, and the others are links to that. To this end the content
 * of what is left out goes to a temporary file. The source can only be read
 * once. A directory leaves out itself what is to be left out, see
 * sgz_dir_options.excluded.
 *
 * Return: 0, or a negative errno with the error text set and @source as it was.
 */
int sgz_source_exclude(struct sgz_source **source,
		       const struct sgz_context *ctx,
		       const struct sgz_exclude *ex);

#endif /* SGZ_SOURCE_EXCLUDE_H */
