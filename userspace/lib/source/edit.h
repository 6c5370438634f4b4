/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * A source with changed owners and times, or without extended attributes.
 */
#ifndef SGZ_SOURCE_EDIT_H
#define SGZ_SOURCE_EDIT_H

#include "source/source.h"
#include "stargz/make.h"

/** struct sgz_edit_maps - ranges of ids */
struct sgz_edit_maps {
	const struct stargz_edit_map *map;
	size_t count;
};

/**
 * struct sgz_edit - changes, see struct stargz_edit
 * @uid: changes of user ids
 * @gid: changes of group ids
 * @times: changes of modification times
 * @time: nanoseconds since STARGZ_TIME_BASE
 * @no_xattrs: omit extended attributes
 * @exclude_xattrs: patterns of names of extended attributes to omit
 * @exclude_xattr_count: number of @exclude_xattrs
 * @uid_maps: ranges of user ids
 * @gid_maps: ranges of group ids
 */
struct sgz_edit {
	struct stargz_edit_owner uid;
	struct stargz_edit_owner gid;
	enum stargz_edit_time times;
	uint64_t time;
	bool no_xattrs;
	const char *const *exclude_xattrs;
	size_t exclude_xattr_count;
	struct sgz_edit_maps uid_maps;
	struct sgz_edit_maps gid_maps;
};

/**
 * sgz_source_edit() - change all entries of a source
 * @source: the source; replaced by one that also closes the old one
 * @ctx: the call; must stay valid as long as the source
 * @edit: the changes; must stay valid as long as the source
 *
 * Header blocks of unchanged entries stay as they are.
 *
 * Return: 0, or a negative errno with the error text set and @source unchanged.
 */
int sgz_source_edit(struct sgz_source **source, const struct sgz_context *ctx,
		    const struct sgz_edit *edit);

#endif /* SGZ_SOURCE_EDIT_H */
