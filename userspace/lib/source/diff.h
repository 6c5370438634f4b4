/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The changes between a base and a source, as an OCI layer on top of the base.
 */
#ifndef SGZ_SOURCE_DIFF_H
#define SGZ_SOURCE_DIFF_H

#include "source/source.h"

/**
 * struct sgz_diff_options - how a source is compared with a base
 * @by_time: equal size and time mean equal content
 * @threads: number of threads that read the base
 */
struct sgz_diff_options {
	bool by_time;
	unsigned int threads;
};

/**
 * sgz_source_diff() - reduce a source to its changes
 * @source: the source; replaced by one that also closes the old one
 * @ctx: the call; must stay valid as long as the source
 * @fd: the base: a layer of any format, an index, also a merged one, or a device
 *	image; stays open
 * @opt: how to compare
 * @old_failed: set on failure: is the error about the base?
 *
 * An entry is omitted if the base has one with the same type, mode, owner,
 * time, target, attributes and content. A time in whole seconds equals all
 * times less than a second away. Content is compared by digest. If the base is
 * an index with neither the content nor a digest of a file, it is an error,
 * unless @by_time is set.
 *
 * The new source has all names of a file or none, all parent directories of its
 * entries, and always the root. Whiteouts come last; a directory without
 * remaining entries is marked as opaque.
 *
 * The call reads the whole source, as sgz_source_order().
 *
 * Return: 0, or a negative errno with the error text set; then the caller must
 * still close @source, but cannot read it any more.
 */
int sgz_source_diff(struct sgz_source **source, const struct sgz_context *ctx,
		    int fd, const struct sgz_diff_options *opt,
		    bool *old_failed);

#endif /* SGZ_SOURCE_DIFF_H */
