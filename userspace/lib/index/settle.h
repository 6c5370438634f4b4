/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The result of entries that replace each other. A hard link in a tar refers to
 * the file that has the target's name at this point. A table of contents, or
 * entries in another order, cannot refer to a file whose name a later entry
 * takes.
 */
#ifndef SGZ_INDEX_SETTLE_H
#define SGZ_INDEX_SETTLE_H

#include "toc/toc.h"

/**
 * enum sgz_fate_kind - what happens to an entry
 * @SGZ_STAYS: it stays unchanged
 * @SGZ_GOES: it is removed
 * @SGZ_RENAMED: its name was replaced; it gets another name of the file
 * @SGZ_RELINKED: it is a hard link that must refer to another name of the file
 */
enum sgz_fate_kind {
	SGZ_STAYS,
	SGZ_GOES,
	SGZ_RENAMED,
	SGZ_RELINKED,
};

/**
 * struct sgz_fate - what happens to an entry
 * @kind: the kind
 * @open: a hard link whose target is not in the layer when it is applied; later
 *	its target may be another file
 * @name: renamed or relinked: the entry with the new name or link target
 * @path: the resolved path, if its path leads through symbolic links, or NULL
 * @link: the resolved target of a hard link, likewise, or NULL
 * @path_len: length of @path in bytes
 * @link_len: length of @link in bytes
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
 * struct sgz_settled - what happens to all entries
 * @fates: struct sgz_fate of each entry
 * @changed: number of entries that change or are removed
 * @renamed: number of renamed entries; if there are any, markers must be placed
 *	first, because a later marker could remove a renamed entry
 * @strings: memory for paths
 */
struct sgz_settled {
	struct sgz_vec fates;
	size_t changed;
	size_t renamed;
	struct sgz_arena strings;
};

/** sgz_fate() - what happens to an entry */
static inline const struct sgz_fate *sgz_fate(const struct sgz_settled *s,
					      size_t i)
{
	return (const struct sgz_fate *)s->fates.data + i;
}

/**
 * sgz_settle() - reduce entries to those of the resulting tree
 * @s: filled in; initially zeroed; must be released, also after an error
 * @ctx: the call
 * @toc: the entries of a tar, in its order; the call uses name, link, type and
 *	flags of each
 *
 * In the result, each name occurs once, files with content keep their order,
 * and the target of each hard link comes before it, unless it never did. The
 * result describes the same tree as all entries, and in any order.
 *
 * Return: 0, or a negative errno with the error text set, also if the entries
 * describe no tree.
 */
int sgz_settle(struct sgz_settled *s, const struct sgz_context *ctx,
	       struct sgz_toc *toc);

/** sgz_settled_free() - release */
void sgz_settled_free(struct sgz_settled *s);

#endif /* SGZ_INDEX_SETTLE_H */
