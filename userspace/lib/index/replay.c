// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Applying entries. Each kind changes the tree as containerd's archive.Apply()
 * changes a file system. Documentation/compatibility.md lists the choices where
 * docker and umoci differ from it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/path.h"
#include "index/records.h"
#include "index/replay.h"
#include "index/replay_walk.h"
#include "tar/whiteout.h"

struct replay {
	struct sgz_walk w;
	struct sgz_tree *tree;
	const struct sgz_context *ctx;
	struct sgz_left_open open;
	uint32_t *homes;		/* node of each entry, or NULL */
	struct sgz_vec grafts;		/* hash table: entries of files below */
	size_t nr_grafts;
};

/* The current entry and its name. */
struct op {
	uint32_t number;
	const struct sgz_entry *entry;
	const char *name;
	size_t len;
	struct sgz_seen seen;
};

static void left_out(const struct replay *r, const struct sgz_entry *entry,
		     const char *why)
{
	sgz_warn(r->ctx, "%s: %s, left out", sgz_entry_quoted(entry).text, why);
}

static const char *why_not(int end)
{
	switch (end) {
	case SGZ_WALK_NOT_DIR:
		return "below a file that is not a directory";
	case SGZ_WALK_LOOP:
		return "too many symbolic links in the path";
	case SGZ_WALK_LONG:
		return "a name longer than 255 bytes";
	default:
		return "no such directory";
	}
}

/* Files below */

static uint32_t *find_graft(struct replay *r, uint32_t layer, uint32_t ino)
{
	uint32_t *slots = r->grafts.data;
	size_t mask = r->grafts.count - 1;
	size_t i = sgz_hash(layer, &ino, sizeof(ino)) & mask;

	for (; slots[i]; i = (i + 1) & mask) {
		const struct sgz_entry *e = sgz_toc_entry(r->tree->toc,
							  slots[i] - 1);

		if (e->a == layer && e->b == ino)
			break;
	}
	return &slots[i];
}

static int grow_grafts(struct replay *r)
{
	size_t room = r->grafts.count ? 2 * r->grafts.count : 64;
	struct sgz_vec old = r->grafts;

	memset(&r->grafts, 0, sizeof(r->grafts));
	if (!sgz_vec_add(&r->grafts, room, sizeof(uint32_t))) {
		r->grafts = old;
		return sgz_nomem(r->ctx);
	}
	for (size_t i = 0; i < old.count; i++) {
		uint32_t slot = ((uint32_t *)old.data)[i];
		const struct sgz_entry *e;

		if (!slot)
			continue;
		e = sgz_toc_entry(r->tree->toc, slot - 1);
		*find_graft(r, e->a, e->b) = slot;
	}
	sgz_vec_free(&old);
	return 0;
}

/* Add an entry with the attributes of an inode below. */
static int add_entry(struct replay *r, const char *name, size_t len,
		     const struct stargz_inode *inode, uint32_t *number)
{
	struct sgz_vec *entries = &r->tree->toc->entries;
	struct sgz_entry *e;

	if (entries->count == SGZ_ENTRIES_MAX)
		return sgz_fail(r->ctx, -E2BIG, "more than %u entries",
				SGZ_ENTRIES_MAX);
	e = sgz_vec_add(entries, 1, sizeof(*e));
	if (!e)
		return sgz_nomem(r->ctx);
	e->name = name;
	e->name_len = len;
	e->mode = le16toh(inode->mode);
	e->uid = le32toh(inode->uid);
	e->gid = le32toh(inode->gid);
	e->mtime = le64toh(inode->mtime);
	*number = entries->count - 1;
	return 0;
}

/* Get the entry of a file below; each file has only one. */
static int graft(struct replay *r, const char *name, size_t len,
		 const struct sgz_below_found *found, uint32_t *number)
{
	const struct sgz_below *below = r->tree->below;
	const struct stargz_inode *inode =
		sgz_below_inode(below, found->layer, found->ino);
	struct sgz_entry *e;
	uint32_t *slot;
	int ret = 0;

	if (2 * r->nr_grafts >= r->grafts.count)
		ret = grow_grafts(r);
	if (ret)
		return ret;
	slot = find_graft(r, found->layer, found->ino);
	if (*slot) {
		*number = *slot - 1;
		return 0;
	}
	ret = add_entry(r, name, len, inode, number);
	if (ret)
		return ret;
	r->nr_grafts++;
	*slot = *number + 1;
	e = sgz_toc_entry(r->tree->toc, *number);
	e->flags = SGZ_ENTRY_BELOW;
	e->a = found->layer;
	e->b = found->ino;
	if (S_ISLNK(e->mode)) {
		e->link = (const char *)below->layers[found->layer]
			.table[STARGZ_TABLE_NAMES].data + le32toh(inode->a);
		e->link_len = le64toh(inode->size);
	}
	return 0;
}

/* What each kind of entry does */

static void note_home(struct replay *r, const struct op *op, uint32_t node)
{
	if (r->homes)
		r->homes[op->number] = node;
}

static int put(struct replay *r, const struct op *op, uint32_t entry)
{
	uint32_t number;
	int ret = sgz_walk_put(&r->w, op->name, op->len, &op->seen, &number);

	if (ret)
		return ret;
	sgz_tree_node(r->tree, number)->entry = entry;
	sgz_tree_node(r->tree, number)->flags |= SGZ_NODE_NAMED;
	note_home(r, op, number);
	return 0;
}

static int make_dir(struct replay *r, const struct op *op)
{
	struct sgz_node *node;

	if (op->seen.node == SGZ_NONE)
		return put(r, op, op->number);
	node = sgz_tree_node(r->tree, op->seen.node);
	if (!sgz_node_is_dir(r->tree, node))
		return put(r, op, op->number);
	node->entry = op->number;
	node->flags |= SGZ_NODE_NAMED;
	note_home(r, op, op->seen.node);
	return 0;
}

/* Is @node the directory @dir or below it? */
static bool is_within(const struct sgz_tree *tree, uint32_t node, uint32_t dir)
{
	while (node > dir)
		node = sgz_tree_node(tree, node)->parent;
	return node == dir;
}

/*
 * Find the target of a hard link. Sets @to to its entry, or to SGZ_NONE. @same:
 * the link is already a name of the target.
 */
static int find_target(struct replay *r, const struct op *op, uint32_t *to,
		       bool *same, const char **why)
{
	const struct sgz_entry *link = op->entry;
	size_t last = sgz_path_last(link->link, link->link_len);
	const char *name = link->link + last;
	size_t len = link->link_len - last;
	const struct sgz_node *node;
	struct sgz_seen seen;
	int ret;

	*to = SGZ_NONE;
	*same = false;
	*why = NULL;
	ret = sgz_walk_to(&r->w, link->link, last,
			  link->flags & SGZ_LINK_ABSOLUTE, false);
	if (ret < 0)
		return ret;
	if (ret || len > STARGZ_NAME_MAX) {
		*why = ret && ret != SGZ_WALK_ABSENT ? why_not(ret) : NULL;
		return 0;
	}
	sgz_walk_look(&r->w, name, len, &seen);
	if (!len || (seen.node == SGZ_NONE && S_ISDIR(seen.below.mode))) {
		*why = "hard link to a directory";
		return 0;
	}
	if (seen.node == SGZ_NONE)
		return seen.below.mode ?
			       graft(r, name, len, &seen.below, to) : 0;
	node = sgz_tree_node(r->tree, seen.node);
	if (sgz_node_is_dir(r->tree, node)) {
		*why = "hard link to a directory";
	} else if (op->seen.node != SGZ_NONE &&
		   is_within(r->tree, seen.node, op->seen.node)) {
		*same = seen.node == op->seen.node;
		if (!*same)
			*why = "hard link to a file in the directory that it replaces";
	} else {
		*to = node->entry;
		*same = op->seen.node != SGZ_NONE &&
			sgz_tree_node(r->tree, op->seen.node)->entry == *to;
	}
	return 0;
}

static int make_link(struct replay *r, struct op *op)
{
	size_t last = sgz_path_last(op->entry->name, op->entry->name_len);
	bool same;
	const char *why;
	uint32_t to;
	int ret = find_target(r, op, &to, &same, &why);

	if (ret || same)
		return ret;
	/* find_target() has moved the walk. */
	ret = sgz_walk_to(&r->w, op->entry->name, last,
			  op->entry->flags & SGZ_NAME_ABSOLUTE, true);
	if (ret < 0)
		return ret;
	if (to != SGZ_NONE)
		return put(r, op, to);
	if (why) {
		left_out(r, op->entry, why);
		return 0;
	}
	r->open.links += !r->tree->below && !r->tree->raw;
	note_home(r, op, sgz_walk_place(&r->w)->node);
	sgz_warn(r->ctx, "%s: hard link to %s, which is not in the layer, left out",
		 sgz_entry_quoted(op->entry).text,
		 sgz_quote(op->entry->link, op->entry->link_len).text);
	return 0;
}

/* Make the directory of the walk opaque. */
static void make_opaque(struct replay *r, const struct op *op)
{
	struct sgz_node *dir =
		sgz_tree_node(r->tree, sgz_walk_place(&r->w)->node);

	dir->flags |= SGZ_NODE_OPAQUE;
	dir->opaque = r->w.now;
	note_home(r, op, sgz_walk_place(&r->w)->node);
}

/*
 * Does the whiteout hide a file below? overlayfs would list a whiteout that
 * hides nothing in a directory that is only in one layer.
 */
static bool hides(struct replay *r, const struct op *op)
{
	const struct sgz_place *place = sgz_walk_place(&r->w);
	struct sgz_below_found found = { 0 };

	if (r->tree->below && place->below)
		sgz_below_find(r->tree->below, place->below, op->name, op->len,
			       &found);
	return !r->tree->below || found.mode;
}

static int remove_name(struct replay *r, struct op *op)
{
	struct sgz_node *node;
	uint32_t number;
	int ret;

	op->name += strlen(SGZ_WHITEOUT);
	op->len -= strlen(SGZ_WHITEOUT);
	if (!op->len || op->len > STARGZ_NAME_MAX ||
	    (op->len == 1 && *op->name == '.') ||
	    (op->len == 2 && !memcmp(op->name, "..", 2))) {
		left_out(r, op->entry, "a whiteout of an invalid name");
		return 0;
	}
	sgz_walk_look(&r->w, op->name, op->len, &op->seen);
	ret = sgz_walk_put(&r->w, op->name, op->len, &op->seen, &number);
	if (ret)
		return ret;
	node = sgz_tree_node(r->tree, number);
	node->flags |= SGZ_NODE_WHITEOUT | (hides(r, op) ? 0 : SGZ_NODE_HIDDEN);
	node->entry = op->number;
	note_home(r, op, number);
	return 0;
}

static int carry_out(struct replay *r, struct op *op)
{
	if (!r->tree->raw && op->len == strlen(SGZ_OPAQUE) &&
	    !memcmp(op->name, SGZ_OPAQUE, op->len)) {
		make_opaque(r, op);
		return 0;
	}
	if (!r->tree->raw && sgz_is_whiteout_name(op->name, op->len))
		return remove_name(r, op);
	if (op->len > STARGZ_NAME_MAX) {
		left_out(r, op->entry, why_not(SGZ_WALK_LONG));
		return 0;
	}
	sgz_walk_look(&r->w, op->name, op->len, &op->seen);
	if (op->entry->flags & SGZ_HARDLINK)
		return make_link(r, op);
	if (sgz_entry_is(op->entry, S_IFDIR))
		return make_dir(r, op);
	return put(r, op, op->number);
}

/* The root exists already and stays a directory. */
static void set_root(struct replay *r, const struct op *op)
{
	struct sgz_node *root = sgz_tree_node(r->tree, SGZ_ROOT);

	if (!sgz_entry_is(op->entry, S_IFDIR)) {
		left_out(r, op->entry, "the root must be a directory");
		return;
	}
	root->entry = op->number;
	root->flags |= SGZ_NODE_NAMED;
	note_home(r, op, SGZ_ROOT);
}

static int replay_entry(struct replay *r, uint32_t number)
{
	struct op op = {
		.number = number,
		.entry = sgz_toc_entry(r->tree->toc, number),
	};
	const char *path = op.entry->name;
	size_t len = op.entry->name_len, last = sgz_path_last(path, len);
	struct sgz_entry copy = *op.entry;
	bool absolute = copy.flags & SGZ_NAME_ABSOLUTE;
	int ret;

	/* Adding an entry may move the others. */
	op.entry = &copy;
	op.name = path + last;
	op.len = len - last;
	r->w.now = number + 1;
	note_home(r, &op, SGZ_NONE);
	if (!len) {
		set_root(r, &op);
		return 0;
	}
	if (memchr(path, '\0', len)) {
		left_out(r, op.entry, "a NUL byte in the name");
		return 0;
	}
	if (!r->tree->raw && sgz_path_is_own(path, len)) {
		note_home(r, &op, SGZ_HOME_OPEN);
		return 0;
	}
	if (!r->tree->raw && sgz_path_without_aufs(path, len) < len) {
		/* Engines create the directory of such a file. */
		ret = sgz_walk_to(&r->w, path, sgz_path_without_aufs(path, len),
				  absolute, true);
		if (!ret)
			note_home(r, &op, sgz_walk_place(&r->w)->node);
		return ret < 0 ? ret : 0;
	}
	ret = sgz_walk_to(&r->w, path, last, absolute, true);
	if (ret > 0) {
		left_out(r, op.entry, why_not(ret));
		return 0;
	}
	return ret ? ret : carry_out(r, &op);
}

/* The end */

/* Apply opaque markers and replaced directories to a node in them. */
static void settle_node(struct sgz_tree *tree, struct sgz_node *node, bool raw)
{
	const struct sgz_node *parent = sgz_tree_node(tree, node->parent);
	bool hidden = parent->flags & (SGZ_NODE_HIDDEN | SGZ_NODE_WHITEOUT);

	if (node->entry == SGZ_NONE &&
	    !(node->flags & (SGZ_NODE_NAMED | SGZ_NODE_WHITEOUT)) &&
	    node->born <= parent->opaque)
		hidden = true;
	if (parent->opaque > node->opaque)
		node->opaque = parent->opaque;
	if (parent->flags & SGZ_NODE_BELOW_OPAQUE) {
		node->flags |= SGZ_NODE_BELOW_OPAQUE;
		if (node->flags & SGZ_NODE_WHITEOUT)
			hidden = true;
	} else if (node->flags & SGZ_NODE_FRESH && !raw &&
		   !(node->flags & SGZ_NODE_WHITEOUT) &&
		   sgz_node_is_dir(tree, node)) {
		node->flags |= SGZ_NODE_OPAQUE;
	}
	if (node->flags & SGZ_NODE_OPAQUE)
		node->flags |= SGZ_NODE_BELOW_OPAQUE;
	if (hidden)
		node->flags |= SGZ_NODE_HIDDEN;
}

/* Hide a file in the root of the layers below. */
static int hide_name(struct replay *r, const struct sgz_below_name *below)
{
	uint32_t opaque = sgz_tree_node(r->tree, SGZ_ROOT)->opaque;
	uint32_t number = sgz_tree_find(r->tree, SGZ_ROOT, below->name,
					below->name_len);
	struct sgz_node *node;
	int ret;

	if (!below->found.mode)
		return 0;
	if (number == SGZ_NONE) {
		ret = sgz_tree_put(r->tree, r->ctx, SGZ_ROOT, below->name,
				   below->name_len, &number);
		if (ret)
			return ret;
	}
	node = sgz_tree_node(r->tree, number);
	if (node->entry == SGZ_NONE && !(node->flags & SGZ_NODE_NAMED) &&
	    node->born <= opaque) {
		node->flags |= SGZ_NODE_WHITEOUT;
		node->entry = opaque - 1;
	}
	if (node->flags & SGZ_NODE_WHITEOUT)
		node->flags &= ~SGZ_NODE_HIDDEN;
	else if (sgz_node_is_dir(r->tree, node) && S_ISDIR(below->found.mode))
		node->flags |= SGZ_NODE_OPAQUE;
	return 0;
}

/*
 * overlayfs merges the roots of all layers, also an opaque one. Whiteouts and
 * opaque directories in the root have the same effect.
 */
static int hide_root(struct replay *r)
{
	const struct sgz_below *below = r->tree->below;
	struct sgz_node *root = sgz_tree_node(r->tree, SGZ_ROOT);
	uint32_t i = root->below ? sgz_below_dir(below, root->below)->names : 0;
	int ret = 0;

	root->flags &= ~SGZ_NODE_OPAQUE;
	for (; !ret && i; i = sgz_below_name(below, i - 1)->next)
		ret = hide_name(r, sgz_below_name(below, i - 1));
	return ret;
}

/* A directory without an entry has the attributes of the directory below. */
static int inherit(struct replay *r, uint32_t number)
{
	struct sgz_node *node = sgz_tree_node(r->tree, number);
	const struct sgz_below *below = r->tree->below;
	const struct sgz_below_dir *dir;
	const struct stargz_inode *inode;
	struct sgz_entry *e;
	int ret;

	if (!below || !node->below)
		return 0;
	dir = sgz_below_dir(below, node->below);
	inode = sgz_below_inode(below, dir->layer, dir->ino);
	ret = add_entry(r, node->name, node->name_len, inode, &node->entry);
	if (ret)
		return ret;
	e = sgz_toc_entry(r->tree->toc, node->entry);
	return sgz_xattr_pool_move(&r->tree->toc->xattrs, r->ctx,
				   &below->layers[dir->layer]
				   .table[STARGZ_TABLE_XATTRS],
				   le32toh(inode->xattr), r->tree->raw,
				   &e->xattr);
}

static int settle(struct replay *r)
{
	struct sgz_node *root = sgz_tree_node(r->tree, SGZ_ROOT);

	int ret;

	if (root->flags & SGZ_NODE_OPAQUE && r->tree->below) {
		ret = hide_root(r);
		if (ret)
			return ret;
	} else if (root->flags & SGZ_NODE_OPAQUE) {
		root->flags |= SGZ_NODE_BELOW_OPAQUE;
	}
	for (uint32_t i = 0; i < r->tree->nodes.count; i++) {
		struct sgz_node *node = sgz_tree_node(r->tree, i);

		if (i)
			settle_node(r->tree, node, r->tree->raw);
		if (node->flags & SGZ_NODE_HIDDEN ||
		    !sgz_node_is_implied(r->tree, node))
			continue;
		r->open.parents += i && !r->tree->below && !r->tree->raw;
		ret = inherit(r, i);
		if (ret)
			return ret;
	}
	return 0;
}

int sgz_replay(struct sgz_tree *tree, const struct sgz_context *ctx,
	       struct sgz_left_open *open, uint32_t *homes)
{
	struct replay r = {
		.w = { .tree = tree, .ctx = ctx },
		.tree = tree,
		.ctx = ctx,
		.homes = homes,
	};
	/* Entries that are added for files below are not applied. */
	uint32_t count = tree->toc->entries.count;
	int ret = sgz_tree_root(tree, ctx);

	if (!ret && tree->below)
		sgz_tree_node(tree, SGZ_ROOT)->below = tree->below->root;
	for (uint32_t i = 0; !ret && i < count; i++)
		ret = replay_entry(&r, i);
	if (!ret)
		ret = settle(&r);
	if (!ret && open)
		*open = r.open;
	sgz_walk_free(&r.w);
	sgz_vec_free(&r.grafts);
	return ret;
}
