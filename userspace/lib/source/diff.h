/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * What has changed in a source, as an OCI layer over what was there before.
 */
#ifndef SGZ_SOURCE_DIFF_H
#define SGZ_SOURCE_DIFF_H

#include "source/source.h"

/**
 * struct sgz_diff_options - how a source is compared
 * @by_time: content is the same if size and time are
 * @threads: how many may read what was there before
 */
struct sgz_diff_options {
	bool by_time;
	unsigned int threads;
};

/**
 * sgz_source_diff() - leave only what has changed
 * @source: the source, without sparse files, see sgz_source_expand(); replaced
 *	by one that closes it, too
 * @ctx: the call; has to live as long as the source
 * @fd: what was there before: a layer of any format, an index, also a merged
 *	one, or a device image; not closed
 * @opt: how
 * @old_failed: on failure: is it about what was there before?
 *
 * An entry is left out if there was one with the same type, mode, owner, time,
 * target, attributes and content. A time in whole seconds is also the same as
 * one less than a second away. Content is compared by its digest. A file of which
 * an index has neither content nor digest cannot be compared, which is an error
 * unless @by_time is set.
 *
 * Of a file with several names all or none are there, and so are the
 * directories above all that is there. The root always is. Whiteouts come last; a directory of
 * which nothing is left is marked as opaque.
 *
 * All of the source is read at once, as by sgz_source_order().
 *
 * Return: 0, or a negative errno with the error text set; then @source is still
 * to be closed, but cannot be read any more.
 */
int sgz_source_diff(struct sgz_source **source, const struct sgz_context *ctx,
		    int fd, const struct sgz_diff_options *opt,
		    bool *old_failed);

#endif /* SGZ_SOURCE_DIFF_H */
