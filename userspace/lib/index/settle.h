/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * What is left in the end of entries that replace one another. In a tar a hard
 * link is to the file that has the target's name at that place; a table of
 * contents, or entries in another order, cannot name a file whose name was
 * taken by another one meanwhile.
 */
#ifndef SGZ_INDEX_SETTLE_H
#define SGZ_INDEX_SETTLE_H

#include "toc/toc.h"

/**
 * enum sgz_fate_kind - what becomes of an entry
 * @SGZ_STAYS: it is needed as it is
 * @SGZ_GOES: nothing is left of it
 * @SGZ_RENAMED: its name is gone, but another one of the file is left
 * @SGZ_RELINKED: it is a hard link to be made to another name of the file
 */
enum sgz_fate_kind {
	SGZ_STAYS,
	SGZ_GOES,
	SGZ_RENAMED,
	SGZ_RELINKED,
};

/**
 * struct sgz_fate - what becomes of an entry
 * @kind: that
 * @open: it is a hard link whose target is not in the layer when it is carried
 *	out, and means another file once there is one
 * @name: renamed or relinked: the entry that has the name which it takes or is
 *	a link to
 * @path: NULL, or where it really is, if its path leads through symbolic links
 * @link: the same of the target of a hard link
 * @path_len: bytes in @path
 * @link_len: bytes in @link
 */
struct sgz_fate {
	enum sgz_fate_kind kind;
	bool open;
	uint32_t name;
	const char *path;
	const char *link;
	uint32_t path_len;
	uint32_t link_len;
};

/**
 * struct sgz_settled - what becomes of all entries
 * @fates: struct sgz_fate of each
 * @changed: how many do not stay as they are
 * @renamed: how many of them take another name, which makes a marker that was
 *	read later remove them, unless it is put first
 * @strings: paths
 */
struct sgz_settled {
	struct sgz_vec fates;
	size_t changed;
	size_t renamed;
	struct sgz_arena strings;
};

/** sgz_fate() - what becomes of an entry */
static inline const struct sgz_fate *sgz_fate(const struct sgz_settled *s,
					      size_t i)
{
	return (const struct sgz_fate *)s->fates.data + i;
}

/**
 * sgz_settle() - find out what becomes of entries
 * @s: filled; zeroed by the caller, to be released in any case
 * @ctx: the call
 * @toc: the entries of a tar, in its order; of each its name, link, type and
 *	flags are looked at
 *
 * What is left has each name once, a file with content stays where it is among
 * the others, and all hard links are to an entry that comes before them,
 * except for those whose target was not there before them. It describes the
 * same tree as all of the entries, with and without an order.
 *
 * Return: 0, or a negative errno with the error text set, also if the entries
 * describe no tree.
 */
int sgz_settle(struct sgz_settled *s, const struct sgz_context *ctx,
	       struct sgz_toc *toc);

/** sgz_settled_free() - release */
void sgz_settled_free(struct sgz_settled *s);

#endif /* SGZ_INDEX_SETTLE_H */
