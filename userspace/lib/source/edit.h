/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * A source with other owners, times or without extended attributes.
 */
#ifndef SGZ_SOURCE_EDIT_H
#define SGZ_SOURCE_EDIT_H

#include "source/source.h"

/** enum sgz_edit_time - what is done to times */
enum sgz_edit_time {
	SGZ_TIME_KEEP,
	SGZ_TIME_SET,	/* all become the given one */
	SGZ_TIME_LIMIT,	/* those after it become the given one */
};

/**
 * struct sgz_edit_owner - what is done to users or groups
 * @set: all become @id
 * @id: as @set says
 * @offset: added after that
 */
struct sgz_edit_owner {
	bool set;
	uint32_t id;
	int64_t offset;
};

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
	struct sgz_edit_owner uid;
	struct sgz_edit_owner gid;
	enum sgz_edit_time times;
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
