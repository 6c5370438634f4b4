/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * A source with other owners, times or without extended attributes.
 */
#ifndef SGZ_SOURCE_EDIT_H
#define SGZ_SOURCE_EDIT_H

#include "source/source.h"
#include "stargz/make.h"

/**
 * struct sgz_edit - changes
 * @uid: of users
 * @gid: of groups
 * @times: of times
 * @time: nanoseconds since STARGZ_TIME_BASE
 * @no_xattrs: leave out extended attributes
 *
 * Who is named in an access control list is not changed.
 */
struct sgz_edit {
	struct stargz_edit_owner uid;
	struct stargz_edit_owner gid;
	enum stargz_edit_time times;
	uint64_t time;
	bool no_xattrs;
};

/**
 * sgz_source_edit() - change all entries of a source
 * @source: the source, without sparse files, see sgz_source_expand(); replaced
 *	by one that closes it, too
 * @ctx: the call; has to live as long as the source
 * @edit: how; likewise
 *
 * Header blocks of an entry for which nothing changes stay as they are.
 *
 * Return: 0, or a negative errno with the error text set and @source as it was.
 */
int sgz_source_edit(struct sgz_source **source, const struct sgz_context *ctx,
		    const struct sgz_edit *edit);

#endif /* SGZ_SOURCE_EDIT_H */
