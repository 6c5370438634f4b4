// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * The entries are applied as for an index, so that the result agrees with the
 * index. The entry of a node is set by the last entry with its name, which is
 * that entry or a hard link to it. Whiteouts and opaque markers stay, because
 * they also apply to layers below.
 */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "index/replay.h"
#include "index/settle.h"
#include "tar/whiteout.h"

/**
 * struct settler - the work
 * @toc: the entries
 * @tree: their tree
 * @home: node with the name of each entry, or SGZ_NONE
 * @last: last entry with the name of each node, or SGZ_NONE
 * @settled: the result
 * @ctx: the call
 * @fates: @settled->fates
 * @paths: total size in bytes of resolved paths that differ from those of their
 *	entries
 */
struct settler {
	struct sgz_settled *settled;
	const struct sgz_context *ctx;
	struct sgz_toc *toc;
	struct sgz_tree tree;
	uint32_t *home;
	uint32_t *last;
	struct sgz_fate *fates;
	uint64_t paths;
};

/*
 * Maximum total size in bytes of resolved paths through symbolic links:
 * PATHS_MIN plus PATHS_EACH for each entry. Such a path can be a hundred times
 * as long as that of its entry.
 */
#define PATHS_EACH	512
#define PATHS_MIN	(64ull << 20)

struct text {
	const char *bytes;
	size_t len;
};

static struct sgz_node *node_of(const struct settler *s, uint32_t n)
{
	return sgz_tree_node(&s->tree, n);
}

/* The visible node of a path, or SGZ_NONE. */
static uint32_t find(const struct settler *s, const char *path, size_t len)
{
	uint32_t n = sgz_tree_find_path(&s->tree, path, len);

	if (n != SGZ_NONE && node_of(s, n)->flags & SGZ_NODE_HIDDEN)
		return SGZ_NONE;
	return n;
}

/*
 * Length of the directory in the path of a whiteout, an opaque marker or a file
 * of AUFS. For other entries, the length of the path.
 */
static size_t marker_at(const struct sgz_entry *entry)
{
	size_t len = entry->name_len, aufs;

	aufs = sgz_path_without_aufs(entry->name, len);
	if (aufs < len || !sgz_is_marker(entry->name, len))
		return aufs;
	return sgz_path_last(entry->name, len);
}

static bool is_marker(const struct settler *s, uint32_t i)
{
	const struct sgz_entry *entry = sgz_toc_entry(s->toc, i);

	return marker_at(entry) < entry->name_len;
}

/* A marker stays if its directory stays. */
static void settle_marker(struct settler *s, uint32_t i, uint32_t n)
{
	if (node_of(s, n)->flags & SGZ_NODE_WHITEOUT)
		n = node_of(s, n)->parent;
	if (node_of(s, n)->flags & SGZ_NODE_HIDDEN)
		s->home[i] = SGZ_NONE;
	else
		s->fates[i].kind = SGZ_STAYS;
}

/* A hard link to a file that is not in the layer has a directory as home. */
static bool is_open(const struct settler *s, uint32_t i, uint32_t n)
{
	return sgz_toc_entry(s->toc, i)->flags & SGZ_HARDLINK &&
	       sgz_node_is_dir(&s->tree, node_of(s, n)) &&
	       !(node_of(s, n)->flags & SGZ_NODE_WHITEOUT);
}

/* It stays if its directory stays and no later entry has its name. */
static void settle_open(struct settler *s, uint32_t i, uint32_t n)
{
	const struct sgz_entry *entry = sgz_toc_entry(s->toc, i);
	size_t last = sgz_path_last(entry->name, entry->name_len);
	uint32_t now = sgz_tree_find(&s->tree, n, entry->name + last,
				     entry->name_len - last);

	if (node_of(s, n)->flags & SGZ_NODE_HIDDEN ||
	    (now != SGZ_NONE && node_of(s, now)->born > i + 1)) {
		s->home[i] = SGZ_NONE;
		return;
	}
	s->fates[i].kind = SGZ_STAYS;
	s->fates[i].open = true;
}

/* Find the entries that keep their own names, before others are renamed. */
static void settle_names(struct settler *s)
{
	for (uint32_t n = 0; n < s->tree.nodes.count; n++)
		s->last[n] = SGZ_NONE;
	for (uint32_t i = 0; i < s->toc->entries.count; i++) {
		uint32_t n = s->home[i];

		s->fates[i].kind = n == SGZ_HOME_OPEN ? SGZ_STAYS : SGZ_GOES;
		if (n == SGZ_HOME_OPEN)
			n = SGZ_NONE;
		s->home[i] = n;
		if (n != SGZ_NONE && is_marker(s, i)) {
			settle_marker(s, i, n);
			continue;
		}
		if (n != SGZ_NONE && is_open(s, i, n)) {
			settle_open(s, i, n);
			continue;
		}
		if (n != SGZ_NONE && node_of(s, n)->flags & SGZ_NODE_HIDDEN)
			n = SGZ_NONE;
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

/* Does the unchanged link refer to the file, to an entry before it? */
static bool leads_there(const struct settler *s, uint32_t link, uint32_t file)
{
	const struct sgz_entry *entry = sgz_toc_entry(s->toc, link);
	uint32_t n = find(s, entry->link, entry->link_len);

	if (n == SGZ_NONE || node_of(s, n)->entry != file)
		return false;
	return s->home[file] == n || s->last[n] < link;
}

/* A hard link is the last entry with its name. */
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

		if (n == SGZ_NONE || is_marker(s, i) || s->last[n] != i)
			continue;
		file = node_of(s, n)->entry;
		if (file != SGZ_NONE && s->home[file] != n)
			settle_link(s, i, file);
	}
}

/* Cut @len bytes @end off the end of a path; false if it has other bytes. */
static bool take_end(const char *path, size_t *left, const char *end, size_t len)
{
	if (*left < len || memcmp(path + *left - len, end, len))
		return false;
	*left -= len;
	return true;
}

/* Is @path the path of a node, followed by @name if that is not empty? */
static bool is_path(const struct settler *s, uint32_t n, struct text name,
		    const char *path, size_t left)
{
	if (!take_end(path, &left, name.bytes, name.len))
		return false;
	for (; n; n = node_of(s, n)->parent) {
		const struct sgz_node *node = node_of(s, n);

		if (left && name.len && !take_end(path, &left, "/", 1))
			return false;
		if (!take_end(path, &left, node->name, node->name_len))
			return false;
		name.len = 1;
	}
	return !left;
}

/*
 * The path of a node, followed by @name if that is not empty; nothing if it
 * equals @is.
 */
static int real_path(struct settler *s, uint32_t n, struct text name,
		     const char *is, uint32_t is_len, const char **path,
		     uint32_t *path_len)
{
	uint64_t max = PATHS_MIN + PATHS_EACH * (uint64_t)s->toc->entries.count;
	size_t len = name.len ? name.len + 1 : 0;
	char *p;

	if ((!n && !len) || is_path(s, n, name, is, is_len))
		return 0;
	for (uint32_t i = n; i && len <= max; i = node_of(s, i)->parent)
		len += node_of(s, i)->name_len + 1;
	s->paths += len;
	if (s->paths > max)
		return sgz_fail(s->ctx, -E2BIG,
				"%s: %llu bytes or more of paths through symbolic links; the limit is %llu",
				sgz_quote(is, is_len).text,
				(unsigned long long)s->paths,
				(unsigned long long)max);
	p = sgz_arena_room(&s->settled->strings, len);
	if (!p)
		return sgz_nomem(s->ctx);
	p += len;
	if (name.len) {
		p -= name.len;
		memcpy(p, name.bytes, name.len);
		*--p = '/';
	}
	for (uint32_t i = n; i; i = node_of(s, i)->parent) {
		p -= node_of(s, i)->name_len;
		memcpy(p, node_of(s, i)->name, node_of(s, i)->name_len);
		*--p = '/';
	}
	*path = p + 1;
	*path_len = len - 1;
	return 0;
}

/* Set the resolved path and link target of a remaining entry. */
static int settle_path(struct settler *s, uint32_t i)
{
	const struct sgz_entry *entry = sgz_toc_entry(s->toc, i);
	struct sgz_fate *fate = &s->fates[i];
	uint32_t own = fate->kind == SGZ_RENAMED ? fate->name : i, file;
	uint32_t n = s->home[own];
	size_t marker = fate->open ? sgz_path_last(entry->name,
						   entry->name_len) :
				     marker_at(entry);
	struct text last = { entry->name + marker, entry->name_len - marker };
	int ret;

	if (fate->kind == SGZ_GOES || n == SGZ_NONE)
		return 0;
	if (last.len && node_of(s, n)->flags & SGZ_NODE_WHITEOUT)
		n = node_of(s, n)->parent;
	ret = real_path(s, n, last, entry->name, entry->name_len, &fate->path,
			&fate->path_len);
	if (last.len)
		return ret;
	file = node_of(s, n)->entry;
	if (ret || !(entry->flags & SGZ_HARDLINK) || file == SGZ_NONE)
		return ret;
	n = find(s, entry->link, entry->link_len);
	if (n != SGZ_NONE && node_of(s, n)->entry == file)
		return 0;
	if (s->fates[file].kind == SGZ_RENAMED)
		file = s->fates[file].name;
	n = s->home[file];
	return n == SGZ_NONE ? 0 : real_path(s, n, last, entry->link,
					     entry->link_len, &fate->link,
					     &fate->link_len);
}

static int settle_paths(struct settler *s)
{
	int ret = 0;

	for (uint32_t i = 0; !ret && i < s->toc->entries.count; i++)
		ret = settle_path(s, i);
	return ret;
}

static int settle(struct settler *s, const struct sgz_context *ctx)
{
	const struct sgz_context quiet = sgz_context_quiet(ctx, ctx->err);
	int ret;

	s->home = calloc(s->toc->entries.count + 1, sizeof(*s->home));
	if (!s->home)
		return sgz_nomem(ctx);
	ret = sgz_replay(&s->tree, &quiet, NULL, s->home);
	if (ret)
		return ret;
	s->last = calloc(s->tree.nodes.count, sizeof(*s->last));
	if (!s->last)
		return sgz_nomem(ctx);
	settle_names(s);
	settle_links(s);
	return settle_paths(s);
}

int sgz_settle(struct sgz_settled *settled, const struct sgz_context *ctx,
	       struct sgz_toc *toc)
{
	struct settler s = {
		.settled = settled,
		.ctx = ctx,
		.toc = toc,
		.tree = { .toc = toc },
	};
	size_t count = toc->entries.count;
	int ret;

	if (!count)
		return 0;
	s.fates = sgz_vec_add(&settled->fates, count, sizeof(*s.fates));
	if (!s.fates)
		return sgz_nomem(ctx);
	ret = settle(&s, ctx);
	for (size_t i = 0; !ret && i < count; i++) {
		settled->changed += s.fates[i].kind != SGZ_STAYS ||
				    s.fates[i].path || s.fates[i].link;
		settled->renamed += s.fates[i].kind == SGZ_RENAMED;
	}
	sgz_tree_free(&s.tree);
	free(s.home);
	free(s.last);
	return ret;
}

void sgz_settled_free(struct sgz_settled *settled)
{
	sgz_vec_free(&settled->fates);
	sgz_arena_free(&settled->strings);
	settled->changed = 0;
	settled->renamed = 0;
}
