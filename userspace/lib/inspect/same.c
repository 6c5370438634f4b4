// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * The nodes of the first tree are visited, parents first. Each is looked up in
 * the second tree below the partner of its parent. Then the nodes of the second
 * tree without a partner are reported. Each node is visited once.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "inspect/same.h"

#define NSEC	1000000000
#define ACL	"system.posix_acl_"

/**
 * struct work - the comparison
 * @same: the trees
 * @partner: for each node of @a, the node of @b, or SGZ_NONE
 * @met: for each node of @b: it is the partner of a node of @a
 * @entries: for each entry of @a, one plus the entry of @b, and vice versa
 * @path: path of a node, for a message
 * @kept: for each node of the first tree, whether the second must have it
 * @opaque: for each node of @b: its partner is opaque
 * @order: sort key of the next fault
 * @what: differences of the current file
 * @what_len: length of @what in bytes
 */
struct work {
	const struct sgz_treesame *same;
	uint32_t *partner;
	bool *met;
	bool *kept;
	bool *opaque;
	uint32_t *entries[2];
	struct sgz_vec path;
	uint64_t order;
	char what[256];
	size_t what_len;
};

/* Write the path of a node to @w->path, from its end to its start. */
static struct sgz_quoted quoted(struct work *w, const struct sgz_tree *tree,
				uint32_t n)
{
	size_t len = 0;
	char *p;

	/* The fault is not kept, so do not spend time on a long path. */
	if (sgz_faults_full(w->same->faults))
		return sgz_quote("", 0);
	for (uint32_t i = n; i; i = sgz_tree_node(tree, i)->parent)
		len += sgz_tree_node(tree, i)->name_len + 1;
	w->path.count = 0;
	p = sgz_vec_add(&w->path, len + 1, 1);
	if (!p)
		return sgz_quote("?", 1);
	p += len;
	for (uint32_t i = n; i; i = sgz_tree_node(tree, i)->parent) {
		const struct sgz_node *node = sgz_tree_node(tree, i);

		p -= node->name_len;
		memcpy(p, node->name, node->name_len);
		*--p = '/';
	}
	return len ? sgz_quote(p + 1, len - 1) : sgz_quote("/", 1);
}

/* Add a difference to the line of the file, unless the line is full. */
static void differs(struct work *w, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void differs(struct work *w, const char *fmt, ...)
{
	char *to = w->what + w->what_len;
	size_t room = sizeof(w->what) - w->what_len;
	size_t comma = w->what_len ? 2 : 0;
	va_list ap;
	int n;

	if (room <= comma)
		return;
	memcpy(to, ", ", comma);
	va_start(ap, fmt);
	n = vsnprintf(to + comma, room - comma, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= room - comma)
		*to = '\0';
	else
		w->what_len += comma + n;
}

/* Report all differences of a file in one line. */
static void tell(struct work *w, uint32_t n)
{
	const struct sgz_treesame *s = w->same;

	if (w->what_len)
		sgz_faults_add(s->faults, w->order++, -EUCLEAN,
			       "%s: %s and %s differ: %s",
			       quoted(w, s->a, n).text, s->names[0],
			       s->names[1], w->what);
	w->what_len = 0;
}

static void only_in(struct work *w, const struct sgz_tree *tree, uint32_t n)
{
	const struct sgz_treesame *s = w->same;

	sgz_faults_add(s->faults, w->order++, -EUCLEAN, "%s: only in %s",
		       quoted(w, tree, n).text, s->names[tree == s->b]);
}

static bool same_time(const struct sgz_treesame *s, uint64_t a, uint64_t b)
{
	if (a == b)
		return true;
	return s->producers && !(b % NSEC) &&
	       (a > b ? a - b : b - a) < NSEC;
}

static bool is_acl(const struct sgz_xattr *attr)
{
	return attr->name_len > strlen(ACL) &&
	       !memcmp(attr->name, ACL, strlen(ACL));
}

static bool same_attribute(const struct sgz_xattr *a, const struct sgz_xattr *b)
{
	return a->name_len == b->name_len && a->value_len == b->value_len &&
	       !memcmp(a->name, b->name, a->name_len) &&
	       !memcmp(a->value, b->value, a->value_len);
}

/* Sets in a pool are sorted, so both lists have the same order. */
static bool same_lists(const struct sgz_treesame *s, const struct sgz_vec *la,
		       const struct sgz_vec *lb)
{
	const struct sgz_xattr *a = la->data, *b = lb->data;
	size_t i = 0, k = 0;

	while (i < la->count || k < lb->count) {
		if (i < la->count && k < lb->count &&
		    same_attribute(&a[i], &b[k])) {
			i++;
			k++;
		} else if (s->producers && i < la->count && is_acl(&a[i])) {
			i++;
		} else {
			return false;
		}
	}
	return true;
}

/* 1, 0 or -ENOMEM */
static int same_xattrs(const struct sgz_treesame *s, uint32_t a, uint32_t b)
{
	struct sgz_arena arena = { 0 };
	struct sgz_vec la = { 0 }, lb = { 0 };
	int ret = 0;

	if (!a && !b)
		return 1;
	if (a)
		ret = sgz_xattr_pool_get(&s->a->toc->xattrs, a, &arena, &la);
	if (!ret && b)
		ret = sgz_xattr_pool_get(&s->b->toc->xattrs, b, &arena, &lb);
	if (!ret)
		ret = same_lists(s, &la, &lb);
	sgz_vec_free(&la);
	sgz_vec_free(&lb);
	sgz_arena_free(&arena);
	return ret;
}

static void compare_kinds(struct work *w, const struct sgz_entry *a,
			  const struct sgz_entry *b)
{
	switch (a->mode & S_IFMT) {
	case S_IFREG:
		if (a->size != b->size)
			differs(w, "size %llu and %llu",
				(unsigned long long)a->size,
				(unsigned long long)b->size);
		break;
	case S_IFLNK:
		if (a->link_len != b->link_len ||
		    memcmp(a->link, b->link, a->link_len))
			differs(w, "target");
		break;
	case S_IFCHR:
	case S_IFBLK:
		if (a->a != b->a || a->b != b->b)
			differs(w, "device %u,%u and %u,%u", a->a, a->b,
				b->a, b->b);
		break;
	}
}

static int compare_entries(struct work *w, uint32_t ia, uint32_t ib)
{
	const struct sgz_treesame *s = w->same;
	const struct sgz_entry *a = sgz_toc_entry(s->a->toc, ia);
	const struct sgz_entry *b = sgz_toc_entry(s->b->toc, ib);
	int ret;

	if ((a->mode ^ b->mode) & S_IFMT) {
		differs(w, "type");
		return 0;
	}
	if (a->mode != b->mode)
		differs(w, "mode %04o and %04o", a->mode & 07777,
			b->mode & 07777);
	if (a->uid != b->uid)
		differs(w, "uid %u and %u", a->uid, b->uid);
	if (a->gid != b->gid)
		differs(w, "gid %u and %u", a->gid, b->gid);
	if (!same_time(s, a->mtime, b->mtime))
		differs(w, "time");
	compare_kinds(w, a, b);
	ret = same_xattrs(s, a->xattr, b->xattr);
	if (!ret)
		differs(w, "extended attributes");
	if (ret >= 0 && s->content && sgz_entry_is(a, S_IFREG) &&
	    a->size == b->size)
		ret = s->content(s->data, s->faults, ia, ib);
	return ret < 0 ? ret : 0;
}

/*
 * Compare two nodes with the same path. Names of one file in the first tree
 * must be names of one file in the second.
 */
static int compare_nodes(struct work *w, uint32_t n, uint32_t m)
{
	const struct sgz_treesame *s = w->same;
	const uint8_t flags = sgz_tree_node(s->a, n)->flags;
	const uint8_t other = flags ^ sgz_tree_node(s->b, m)->flags;
	uint32_t a = sgz_tree_node(s->a, n)->entry;
	uint32_t b = sgz_tree_node(s->b, m)->entry;

	if (other & SGZ_NODE_WHITEOUT)
		differs(w, "whiteout");
	/* A table does not say that a directory replaced something. */
	if (other & SGZ_NODE_OPAQUE && !(flags & SGZ_NODE_FRESH))
		differs(w, "opaque marker");
	if ((flags | other) & SGZ_NODE_WHITEOUT)
		return 0;
	if (a == SGZ_NONE && b == SGZ_NONE)
		return 0;
	if (a == SGZ_NONE || b == SGZ_NONE) {
		differs(w, "only %s has an entry for it",
			s->names[a == SGZ_NONE]);
		return 0;
	}
	if (!w->entries[0][a] && !w->entries[1][b]) {
		w->entries[0][a] = b + 1;
		w->entries[1][b] = a + 1;
		return compare_entries(w, a, b);
	}
	if (w->entries[0][a] != b + 1 || w->entries[1][b] != a + 1)
		differs(w, "hard links");
	return 0;
}

static bool is_hidden(const struct work *w, const struct sgz_tree *tree,
		      uint32_t n)
{
	const struct sgz_node *node = sgz_tree_node(tree, n);

	/* Only the raw view shows the files of the layer format. */
	if (n && node->parent == SGZ_ROOT &&
	    sgz_path_is_own(node->name, node->name_len))
		return !w->same->own;
	return node->flags & SGZ_NODE_HIDDEN;
}

/*
 * Find the nodes of the first tree that are visible entries, or parents of one.
 * A table of contents has no entry for a link to nothing, so it does not have the
 * parents that only such a link implies.
 */
static void find_kept(struct work *w)
{
	const struct sgz_tree *tree = w->same->a;

	for (uint32_t n = tree->nodes.count; n--;) {
		const struct sgz_node *node = sgz_tree_node(tree, n);

		if (!is_hidden(w, tree, n) &&
		    (node->entry != SGZ_NONE ||
		     node->flags & SGZ_NODE_WHITEOUT))
			w->kept[n] = true;
		/* A parent has a smaller number than its children. */
		if (w->kept[n])
			w->kept[node->parent] = true;
	}
}

/* A whiteout in a directory that is opaque in the first tree. */
static bool hides_nothing(const struct work *w, uint32_t m)
{
	const struct sgz_node *node = sgz_tree_node(w->same->b, m);

	return node->flags & SGZ_NODE_WHITEOUT && w->opaque[node->parent];
}

static int walk(struct work *w)
{
	const struct sgz_treesame *s = w->same;
	int ret = 0;

	find_kept(w);
	for (uint32_t n = 0; !ret && n < s->a->nodes.count; n++) {
		const struct sgz_node *node = sgz_tree_node(s->a, n);
		uint32_t m = n ? w->partner[node->parent] : SGZ_ROOT;

		if (n && m != SGZ_NONE)
			m = sgz_tree_find(s->b, m, node->name, node->name_len);
		if (m != SGZ_NONE && is_hidden(w, s->b, m))
			m = SGZ_NONE;
		w->partner[n] = m;
		if (is_hidden(w, s->a, n))
			w->partner[n] = SGZ_NONE;
		else if (m != SGZ_NONE)
			ret = compare_nodes(w, n, m);
		else if (w->partner[node->parent] != SGZ_NONE && w->kept[n])
			only_in(w, s->a, n);
		tell(w, n);
		if (w->partner[n] != SGZ_NONE) {
			w->met[m] = true;
			w->opaque[m] = node->flags & SGZ_NODE_OPAQUE;
		}
	}
	for (uint32_t m = 0; !ret && m < s->b->nodes.count; m++)
		if (!w->met[m] && w->met[sgz_tree_node(s->b, m)->parent] &&
		    !is_hidden(w, s->b, m) && !hides_nothing(w, m))
			only_in(w, s->b, m);
	return ret;
}

int sgz_treesame(const struct sgz_treesame *same)
{
	struct work w = { .same = same };
	int ret = -ENOMEM;

	w.partner = calloc(same->a->nodes.count, sizeof(*w.partner));
	w.met = calloc(same->b->nodes.count, sizeof(*w.met));
	w.kept = calloc(same->a->nodes.count, sizeof(*w.kept));
	w.opaque = calloc(same->b->nodes.count, sizeof(*w.opaque));
	w.entries[0] = calloc(same->a->toc->entries.count + 1,
			      sizeof(*w.entries[0]));
	w.entries[1] = calloc(same->b->toc->entries.count + 1,
			      sizeof(*w.entries[1]));
	if (w.partner && w.met && w.kept && w.opaque && w.entries[0] &&
	    w.entries[1])
		ret = walk(&w);
	free(w.partner);
	free(w.met);
	free(w.kept);
	free(w.opaque);
	free(w.entries[0]);
	free(w.entries[1]);
	sgz_vec_free(&w.path);
	return ret;
}
