// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * The tree of the entries is built as it is for an index, so that what is left
 * means what the index shows: a node knows which entry it stands for, and has
 * it from the last entry with its name, which is that one or a link to it.
 */
#include <stdlib.h>

#include "settle.h"
#include "tree.h"

/**
 * struct settler - the work
 * @toc: the entries
 * @tree: their tree
 * @home: node that has the name of each entry, or SGZ_NONE
 * @last: for each node the last entry that has its name, or SGZ_NONE
 * @fates: what becomes of each entry
 */
struct settler {
	struct sgz_toc *toc;
	struct sgz_tree tree;
	uint32_t *home;
	uint32_t *last;
	struct sgz_fate *fates;
};

static struct sgz_node *node_of(const struct settler *s, uint32_t n)
{
	return sgz_tree_node(&s->tree, n);
}

/* The node of a path that is in the index; SGZ_NONE if there is none. */
static uint32_t find(const struct settler *s, const char *path, size_t len)
{
	uint32_t n = sgz_tree_find_path(&s->tree, path, len);

	if (n != SGZ_NONE && node_of(s, n)->flags & SGZ_NODE_HIDDEN)
		return SGZ_NONE;
	return n;
}

/* Names first, as what stays under its own name is not renamed. */
static void settle_names(struct settler *s)
{
	for (uint32_t n = 0; n < s->tree.nodes.count; n++)
		s->last[n] = SGZ_NONE;
	for (uint32_t i = 0; i < s->toc->entries.count; i++) {
		const struct sgz_entry *entry = sgz_toc_entry(s->toc, i);
		uint32_t n = find(s, entry->name, entry->name_len);

		s->fates[i].kind = SGZ_GOES;
		s->home[i] = n;
		if (n != SGZ_NONE)
			s->last[n] = i;
	}
	for (uint32_t n = 0; n < s->tree.nodes.count; n++) {
		uint32_t i = node_of(s, n)->entry;

		if (i != SGZ_NONE && s->home[i] == n)
			s->fates[i].kind = SGZ_STAYS;
	}
}

/* Does a link, as it stands, lead to the file without going in a circle? */
static bool leads_there(const struct settler *s, uint32_t link, uint32_t file)
{
	const struct sgz_entry *entry = sgz_toc_entry(s->toc, link);
	uint32_t n = find(s, entry->link, entry->link_len);

	if (n == SGZ_NONE || node_of(s, n)->entry != file)
		return false;
	return s->home[file] == n || s->last[n] < link;
}

/* The last entry with its name is a link, to a file with another name. */
static void settle_link(struct settler *s, uint32_t link, uint32_t file)
{
	struct sgz_fate *fate = &s->fates[link];

	if (s->fates[file].kind == SGZ_GOES) {
		s->fates[file].kind = SGZ_RENAMED;
		s->fates[file].name = link;
		return;
	}
	fate->kind = SGZ_STAYS;
	if (leads_there(s, link, file))
		return;
	fate->kind = SGZ_RELINKED;
	fate->name = s->fates[file].kind == SGZ_RENAMED ?
		     s->fates[file].name : file;
}

static void settle_links(struct settler *s)
{
	for (uint32_t i = 0; i < s->toc->entries.count; i++) {
		uint32_t n = s->home[i], file;

		if (n == SGZ_NONE || s->last[n] != i)
			continue;
		file = node_of(s, n)->entry;
		if (file != SGZ_NONE && s->home[file] != n)
			settle_link(s, i, file);
	}
}

static int settle(struct settler *s, const struct sgz_context *ctx)
{
	int ret = sgz_tree_build(&s->tree, ctx);

	if (ret)
		return ret;
	s->home = calloc(s->toc->entries.count + 1, sizeof(*s->home));
	s->last = calloc(s->tree.nodes.count, sizeof(*s->last));
	if (!s->home || !s->last)
		return sgz_nomem(ctx);
	settle_names(s);
	settle_links(s);
	return 0;
}

int sgz_settle(struct sgz_settled *settled, const struct sgz_context *ctx,
	       struct sgz_toc *toc)
{
	struct settler s = { .toc = toc, .tree = { .toc = toc } };
	size_t count = toc->entries.count;
	int ret;

	if (!count)
		return 0;
	s.fates = sgz_vec_add(&settled->fates, count, sizeof(*s.fates));
	if (!s.fates)
		return sgz_nomem(ctx);
	ret = settle(&s, ctx);
	for (size_t i = 0; !ret && i < count; i++)
		settled->changed += s.fates[i].kind != SGZ_STAYS;
	sgz_tree_free(&s.tree);
	free(s.home);
	free(s.last);
	return ret;
}

void sgz_settled_free(struct sgz_settled *settled)
{
	sgz_vec_free(&settled->fates);
	settled->changed = 0;
}
