// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Resolving paths as container engines do while they unpack: name by name, from
 * the root, through the symbolic links that exist at this point, and never out
 * of the root. The directories on the way are kept for ".." in targets. (The
 * behaviour is that of containerd's archive.Apply() and its fs.RootPath(), and
 * of umoci's securejoin.)
 *
 * An opaque marker removes files of lower layers, and directories of its own
 * layer that no entry has named. This needs no walk: the marker is recorded in
 * the directory, and later lookups see that a node is older than the marker.
 */
#include <string.h>

#include "index/records.h"
#include "index/replay_walk.h"

/* Maximum number of links in a path, as in containerd. */
#define LINKS_MAX	255

/*
 * Maximum number of names after links that are looked up for one layer:
 * STEPS_MIN plus STEPS_EACH for each entry. Layers with links to directories,
 * such as /lib to usr/lib, need a few for an entry. But two links with long
 * targets can require a million.
 */
#define STEPS_EACH	64
#define STEPS_MIN	(1ull << 20)

/* Maximum number of replaced directories that was_named() searches. */
#define BEFORE_MAX	16

/* Maximum size in bytes of targets that are joined with the rest of a path. */
#define JOINED_MAX	(1ull << 26)

/*
 * The rest of a path, or of the target of a link. Before @ups, which is after
 * the last ".." of a clean path, ".." cancels the name before it, whatever the
 * name refers to.
 */
struct segment {
	const char *at;
	const char *end;
	const char *ups;
};

struct sgz_place *sgz_walk_place(const struct sgz_walk *w)
{
	return (struct sgz_place *)w->places.data + w->places.count - 1;
}

static int push_place(struct sgz_walk *w, struct sgz_place place)
{
	struct sgz_place *to = sgz_vec_add(&w->places, 1, sizeof(*to));

	if (!to)
		return sgz_nomem(w->ctx);
	*to = place;
	return 0;
}

static int push_rest(struct sgz_walk *w, const char *text, size_t len,
		     bool clean)
{
	struct segment *to = sgz_vec_add(&w->rest, 1, sizeof(*to));

	if (!to)
		return sgz_nomem(w->ctx);
	to->at = text;
	to->end = text + len;
	to->ups = text;
	while (clean && len >= 2 && to->ups == text) {
		len--;
		if (text[len] == '.' && text[len - 1] == '.')
			to->ups = text + len;
	}
	return 0;
}

static size_t name_length(const struct segment *s)
{
	const char *slash = memchr(s->at, '/', s->end - s->at);

	return (slash ? slash : s->end) - s->at;
}

static bool is_up(const char *name, size_t len)
{
	return len == 2 && !memcmp(name, "..", 2);
}

/* Skip the names up to the ".." that cancels the current name, if any. */
static bool skip_pair(struct sgz_walk *w, struct segment *s)
{
	struct segment ahead = *s;
	unsigned int depth = 1;

	if (s->at >= s->ups)
		return false;
	while (ahead.at < ahead.end && depth) {
		size_t len = name_length(&ahead);

		if (is_up(ahead.at, len))
			depth--;
		else if (len && !(len == 1 && *ahead.at == '.'))
			depth++;
		ahead.at += len + (ahead.at + len < ahead.end);
		w->steps++;
	}
	if (!depth)
		s->at = ahead.at;
	return !depth;
}

/* The next name of the rest; false at the end. */
static bool next_name(struct sgz_walk *w, const char **name, size_t *len)
{
	while (w->rest.count) {
		struct segment *s = (struct segment *)w->rest.data +
				    w->rest.count - 1;
		bool skip;

		*name = s->at;
		*len = name_length(s);
		s->at += *len + (s->at + *len < s->end);
		skip = !*len || (*len == 1 && **name == '.') ||
		       (!is_up(*name, *len) && skip_pair(w, s));
		if (s->at == s->end)
			w->rest.count--;
		if (!skip)
			return true;
	}
	return false;
}

static int to_root(struct sgz_walk *w)
{
	const struct sgz_node *root = sgz_tree_node(w->tree, SGZ_ROOT);

	w->places.count = 0;
	return push_place(w, (struct sgz_place){
		.node = SGZ_ROOT,
		.opaque = root->opaque,
		.below = root->opaque ? 0 : root->below,
	});
}

/*
 * Does an opaque marker remove a directory that no entry has named? The walk to
 * the marker itself may have created it for a directory below, on its way to a
 * symbolic link.
 */
static bool is_swept(const struct sgz_node *node, uint32_t opaque)
{
	return node->entry == SGZ_NONE && !(node->flags & SGZ_NODE_NAMED) &&
	       !(node->flags & SGZ_NODE_WHITEOUT) && node->born <= opaque;
}

void sgz_walk_look(struct sgz_walk *w, const char *name, size_t len,
		   struct sgz_seen *seen)
{
	const struct sgz_place *place = sgz_walk_place(w);

	*seen = (struct sgz_seen){ .node = SGZ_NONE, .gone = SGZ_NONE };
	if (place->node != SGZ_NONE)
		seen->node = sgz_tree_find(w->tree, place->node, name, len);
	if (seen->node != SGZ_NONE) {
		const struct sgz_node *node = sgz_tree_node(w->tree, seen->node);

		if (node->flags & SGZ_NODE_WHITEOUT ||
		    is_swept(node, place->opaque)) {
			seen->gone = seen->node;
			seen->node = SGZ_NONE;
		}
		return;
	}
	if (place->below)
		sgz_below_find(w->tree->below, place->below, name, len,
			       &seen->below);
}

/*
 * Did an earlier entry have the path of this node? containerd remembers the
 * paths of all entries, also below directories that were removed.
 */
static bool was_named(const struct sgz_tree *tree, struct sgz_node *n)
{
	uint32_t dir = sgz_tree_node(tree, n->parent)->before, old = n->before;

	for (int i = 0; i < BEFORE_MAX && old == SGZ_NONE && dir != SGZ_NONE; i++) {
		old = sgz_tree_find(tree, dir, n->name, n->name_len);
		dir = sgz_tree_node(tree, dir)->before;
	}
	n->before = old;
	return old != SGZ_NONE &&
	       sgz_tree_node(tree, old)->flags & SGZ_NODE_NAMED;
}

int sgz_walk_put(struct sgz_walk *w, const char *name, size_t len,
		 const struct sgz_seen *seen, uint32_t *node)
{
	uint32_t old = seen->node != SGZ_NONE ? seen->node : seen->gone;
	struct sgz_node *n;
	int ret;

	ret = sgz_tree_put(w->tree, w->ctx, sgz_walk_place(w)->node, name, len,
			   node);
	if (ret)
		return ret;
	n = sgz_tree_node(w->tree, *node);
	n->born = w->now;
	n->below = seen->below.dir;
	if (old != SGZ_NONE)
		n->flags = SGZ_NODE_FRESH;
	if (was_named(w->tree, n))
		n->flags |= SGZ_NODE_NAMED;
	return 0;
}

/* Enter a directory that has a node. */
static int enter_node(struct sgz_walk *w, uint32_t number)
{
	const struct sgz_node *node = sgz_tree_node(w->tree, number);
	struct sgz_place place = {
		.node = number,
		.opaque = sgz_walk_place(w)->opaque,
		.below = node->below,
	};

	if (node->opaque > place.opaque)
		place.opaque = node->opaque;
	/* The marker also removes the directory below. */
	if (node->born <= place.opaque)
		place.below = 0;
	return push_place(w, place);
}

static int make_dir(struct sgz_walk *w, const char *name, size_t len,
		    const struct sgz_seen *seen)
{
	uint32_t node;
	int ret = sgz_walk_put(w, name, len, seen, &node);

	return ret ? ret : enter_node(w, node);
}

/* Skip the next name of the rest if it is "..". */
static bool take_up(struct sgz_walk *w)
{
	struct segment *s = (struct segment *)w->rest.data + w->rest.count - 1;

	if (!w->rest.count || !is_up(s->at, name_length(s)))
		return false;
	s->at += 2 + (s->at + 2 < s->end);
	if (s->at == s->end)
		w->rest.count--;
	return true;
}

static bool is_link(const struct sgz_walk *w, const struct sgz_seen *seen)
{
	const struct sgz_entry *entry;

	if (seen->node == SGZ_NONE)
		return S_ISLNK(seen->below.mode);
	entry = sgz_node_entry(w->tree, sgz_tree_node(w->tree, seen->node));
	return entry && sgz_entry_is(entry, S_IFLNK);
}

/* Join a target and a number of "..". Names of nodes may refer to the text. */
static int push_joined(struct sgz_walk *w, const char *target, size_t len,
		       size_t ups)
{
	char *text;

	w->joined += len + 3 * ups;
	if (w->joined > JOINED_MAX)
		return sgz_fail(w->ctx, -E2BIG,
				"%llu bytes of targets of symbolic links with \"..\" after them; the limit is %llu",
				(unsigned long long)w->joined, JOINED_MAX);
	text = sgz_arena_room(&w->tree->toc->strings, len + 3 * ups);
	if (!text)
		return sgz_nomem(w->ctx);
	memcpy(text, target, len);
	for (size_t i = 0; i < ups; i++)
		memcpy(text + len + 3 * i, "/..", 3);
	return push_rest(w, text, len + 3 * ups, true);
}

/*
 * Continue at the target of a symbolic link. containerd joins the directory of
 * the link, the target and the rest of the path as text, and cleans the result.
 * It does not clean a target that it need not join: if the link ends the path,
 * and its target is absolute or the link is in the root.
 */
static int follow(struct sgz_walk *w, const char *target, size_t len,
		  unsigned int *links)
{
	bool absolute = len && *target == '/';
	bool alone = w->places.count == 1 && !w->absolute;
	bool clean = w->rest.count || !(absolute || alone);
	size_t ups = 0;

	while (take_up(w))
		ups++;
	if (++*links > LINKS_MAX)
		return SGZ_WALK_LOOP;
	if (absolute) {
		int ret = to_root(w);

		if (ret)
			return ret;
		w->absolute = true;
	}
	if (ups)
		return push_joined(w, target, len, ups);
	return len ? push_rest(w, target, len, clean) : 0;
}

static int step_below(struct sgz_walk *w, const char *name, size_t len,
		      const struct sgz_seen *seen, bool make,
		      unsigned int *links)
{
	const struct sgz_below_found *found = &seen->below;
	const struct stargz_inode *inode;

	if (S_ISDIR(found->mode) && !make)
		return push_place(w, (struct sgz_place){
			.node = SGZ_NONE,
			.opaque = sgz_walk_place(w)->opaque,
			.below = found->dir,
		});
	if (!found->mode && !make)
		return SGZ_WALK_ABSENT;
	if (!found->mode || S_ISDIR(found->mode))
		return make_dir(w, name, len, seen);
	if (!S_ISLNK(found->mode))
		return SGZ_WALK_NOT_DIR;
	inode = sgz_below_inode(w->tree->below, found->layer, found->ino);
	return follow(w, (const char *)w->tree->below->layers[found->layer]
		      .table[STARGZ_TABLE_NAMES].data + le32toh(inode->a),
		      le64toh(inode->size), links);
}

static uint64_t steps_max(const struct sgz_walk *w)
{
	return STEPS_MIN + STEPS_EACH * (uint64_t)w->tree->toc->entries.count;
}

static int step(struct sgz_walk *w, const char *name, size_t len, bool make,
		unsigned int *links)
{
	const struct sgz_entry *entry;
	struct sgz_seen seen;

	if (*links && ++w->steps > steps_max(w))
		return sgz_fail(w->ctx, -E2BIG,
				"%llu names after symbolic links; the limit is %llu",
				(unsigned long long)w->steps,
				(unsigned long long)steps_max(w));
	if (is_up(name, len)) {
		if (w->places.count > 1)
			w->places.count--;
		return 0;
	}
	if (len > STARGZ_NAME_MAX)
		return SGZ_WALK_LONG;
	sgz_walk_look(w, name, len, &seen);
	/* A name before ".." need not exist, unless it is a link. */
	if (!is_link(w, &seen) && take_up(w))
		return 0;
	if (seen.node == SGZ_NONE)
		return step_below(w, name, len, &seen, make, links);
	if (sgz_node_is_dir(w->tree, sgz_tree_node(w->tree, seen.node)))
		return enter_node(w, seen.node);
	entry = sgz_node_entry(w->tree, sgz_tree_node(w->tree, seen.node));
	if (!sgz_entry_is(entry, S_IFLNK))
		return SGZ_WALK_NOT_DIR;
	return follow(w, entry->link, entry->link_len, links);
}

int sgz_walk_to(struct sgz_walk *w, const char *path, size_t len,
		bool absolute, bool make)
{
	unsigned int links = 0;
	const char *name;
	int ret = to_root(w);

	w->rest.count = 0;
	w->absolute = absolute;
	if (!ret && len)
		ret = push_rest(w, path, len, false);
	while (!ret && next_name(w, &name, &len))
		ret = step(w, name, len, make, &links);
	return ret;
}

void sgz_walk_free(struct sgz_walk *w)
{
	sgz_vec_free(&w->places);
	sgz_vec_free(&w->rest);
}
