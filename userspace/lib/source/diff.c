// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Comparing the entries of a source with a tree.
 */
#include <stdlib.h>
#include <string.h>

#include "index/lookup.h"
#include "source/collection.h"
#include "source/diff.h"
#include "source/diff_base.h"
#include "stargz_fs.h"
#include "tar/whiteout.h"

#define NSEC		1000000000

/**
 * enum rooting - state of the search for the end of a chain of hard links
 * @ROOT_UNKNOWN: not started
 * @ROOT_ON_WAY: the search is under way; @change.root is the next link
 * @ROOT_KNOWN: done
 */
enum rooting {
	ROOT_UNKNOWN,
	ROOT_ON_WAY,
	ROOT_KNOWN,
};

/**
 * struct change - comparison of an item with the base
 * @root: number of the item that it is a hard link to, or its own number
 * @old: file of the base with its path, or %SGZ_NONE
 * @rooting: &enum rooting of @root
 * @wanted: the item goes into the layer
 * @same: it differs at most in its content
 */
struct change {
	uint32_t root;
	uint32_t old;
	uint8_t rooting;
	bool wanted;
	bool same;
};

/**
 * struct whiteout - a whiteout or opaque marker
 * @dir: number of its directory in the base
 * @file: number of the file that it hides, or %SGZ_NONE: it makes @dir opaque
 */
struct whiteout {
	uint32_t dir;
	uint32_t file;
};

/**
 * struct place - a path of the base in the source
 * @node: its node in the tree of the collection, or %SGZ_NO_PATH: the source has
 *	nothing there or below
 * @all: number of entries of the directory in the base
 * @gone: number of these that the source does not have
 */
struct place {
	uint32_t node;
	uint32_t all;
	uint32_t gone;
};

/**
 * struct differ - the source
 * @source: its interface
 * @inner: the source with all entries
 * @opt: how entries are compared
 * @old_failed: the last error is about the base
 * @all: the entries
 * @old: the base
 * @changes: struct change of each item
 * @claims: for each inode of the base, one plus the number of the item that is
 *	the same file, or zero
 * @places: struct place of each file of the base
 * @whiteouts: struct whiteout
 * @path: path of the current whiteout, at the end of the buffer
 * @arena: memory for @attrs
 * @attrs: attributes for a comparison
 * @next: next item, or number of items plus next whiteout
 * @rw: makes header blocks of whiteouts
 * @h: header of a whiteout
 */
struct differ {
	struct sgz_source source;
	struct sgz_source *inner;
	const struct sgz_diff_options *opt;
	bool old_failed;
	struct sgz_collection all;
	struct sgz_old old;
	struct sgz_vec changes;
	uint32_t *claims;
	struct place *places;
	struct sgz_vec whiteouts;
	struct sgz_vec path;
	struct sgz_arena arena;
	struct sgz_vec attrs;
	size_t next;
	struct sgz_rewriter rw;
	struct sgz_tar_header h;
};

static struct differ *to_differ(struct sgz_source *source)
{
	return (struct differ *)source;
}

static struct change *change_of(const struct differ *d, uint32_t i)
{
	return (struct change *)d->changes.data + i;
}

/* The file of the base, or NULL; NULL also for a directory without entry. */
static struct sgz_old_file *old_of(const struct differ *d, uint32_t i)
{
	const struct change *change = change_of(d, i);
	struct sgz_old_file *file;

	if (change->old == SGZ_NONE)
		return NULL;
	file = sgz_old_file(&d->old, change->old);
	return file->inode == SGZ_NONE ? NULL : file;
}

/* The target of a hard link, or SGZ_NO_ITEM. */
static uint32_t next_link(const struct differ *d, uint32_t i)
{
	const struct sgz_item *item = sgz_item(&d->all, i);

	return item->link ? sgz_collection_find(&d->all, item->link,
						item->link_len) : SGZ_NO_ITEM;
}

/*
 * The end of a chain of hard links; the last link found if it is broken, and any
 * of its links if it is a circle. The end is kept: each link is followed once.
 */
static uint32_t find_root(const struct differ *d, uint32_t i)
{
	uint32_t at = i, root;

	while (change_of(d, at)->rooting == ROOT_UNKNOWN) {
		uint32_t next = next_link(d, at);
		struct change *change = change_of(d, at);

		if (next == SGZ_NO_ITEM) {
			change->root = at;
			change->rooting = ROOT_KNOWN;
			break;
		}
		change->root = next;
		change->rooting = ROOT_ON_WAY;
		at = next;
	}
	root = change_of(d, at)->rooting == ROOT_KNOWN ?
	       change_of(d, at)->root : at;
	for (at = i; change_of(d, at)->rooting == ROOT_ON_WAY; ) {
		struct change *change = change_of(d, at);

		at = change->root;
		change->root = root;
		change->rooting = ROOT_KNOWN;
	}
	return root;
}

static bool same_time(uint64_t old, uint64_t now)
{
	if (old % NSEC && now % NSEC)
		return old == now;
	return (old > now ? old - now : now - old) < NSEC;
}

/* Zero, which equals no mode, if the entry has no file type. */
static mode_t mode_of(const struct sgz_tar_header *h)
{
	mode_t type;

	return sgz_tar_type(h, &type) ? 0 : type | h->mode;
}

static int compare_attributes(const void *left, const void *right)
{
	const struct sgz_xattr *a = left, *b = right;

	if (a->name_len != b->name_len)
		return a->name_len < b->name_len ? -1 : 1;
	return memcmp(a->name, b->name, a->name_len);
}

/* Is the attribute in @d->attrs, those of the base? */
static bool had_attribute(const struct differ *d, const struct sgz_xattr *attr)
{
	const struct sgz_xattr *old =
		bsearch(attr, d->attrs.data, d->attrs.count, sizeof(*attr),
			compare_attributes);

	return old && old->value_len == attr->value_len &&
	       !memcmp(old->value, attr->value, attr->value_len);
}

/* Returns 1 or 0; attributes that an index cannot hold do not count. */
static int same_xattrs(struct differ *d, const struct sgz_old_file *old,
		       const struct sgz_vec *now)
{
	const struct sgz_xattr *attr = now->data;
	size_t count = 0;

	sgz_arena_reset(&d->arena);
	d->attrs.count = 0;
	if (sgz_old_xattrs(&d->old, old, &d->arena, &d->attrs))
		return sgz_nomem(d->rw.ctx);
	if (d->attrs.count)
		qsort(d->attrs.data, d->attrs.count, sizeof(*attr),
		      compare_attributes);
	for (size_t i = 0; i < now->count; i++) {
		if (!sgz_xattr_wanted(&attr[i], &d->old.ctx, false, ""))
			continue;
		if (!had_attribute(d, &attr[i]))
			return 0;
		count++;
	}
	return count == d->attrs.count;
}

/* Is everything except the content the same? 1, 0 or a negative errno. */
static int same_header(struct differ *d, const struct sgz_old_file *old,
		       const struct sgz_tar_header *h)
{
	if (old->mode != mode_of(h) || old->uid != h->uid ||
	    old->gid != h->gid || !same_time(old->mtime, h->mtime))
		return 0;
	if (S_ISREG(old->mode) && old->size != h->file_size)
		return 0;
	if (S_ISLNK(old->mode) &&
	    (old->link_len != h->link_len ||
	     memcmp(old->link, h->link, h->link_len)))
		return 0;
	if ((S_ISCHR(old->mode) || S_ISBLK(old->mode)) &&
	    (old->major != h->major || old->minor != h->minor))
		return 0;
	return same_xattrs(d, old, &h->pax.xattrs);
}

/* One file of the base must not become two equal files. */
static bool claim(struct differ *d, const struct sgz_old_file *old, uint32_t i)
{
	uint32_t *owner = &d->claims[old->inode];

	if (!*owner)
		*owner = i + 1;
	return *owner == i + 1;
}

/* Assume equal content until the digests are known. */
static int want_content(struct differ *d, const struct sgz_old_file *old,
			uint32_t i)
{
	const struct sgz_item *item = sgz_item(&d->all, i);
	struct sgz_old_content *content = sgz_old_content(&d->old, old);

	if (!d->old.has_content && !content->digest.set) {
		d->old_failed = true;
		return sgz_fail(d->rw.ctx, -ENODATA,
				"%s: the index has neither its content nor a digest; give the layer or a device image, or compare by size and time (--by-time)",
				sgz_quote(item->path, item->path_len).text);
	}
	change_of(d, i)->same = true;
	content->wanted = true;
	return 0;
}

/* Not for hard links: their headers do not describe the file. */
static int compare_header(struct differ *d, uint32_t i)
{
	const struct sgz_old_file *old = old_of(d, i);
	struct change *change = change_of(d, i);
	struct sgz_source_entry entry;
	int ret;

	change->wanted = true;
	if (!old)
		return 0;
	ret = sgz_collection_give(&d->all, i, &entry);
	if (!ret)
		ret = same_header(d, old, entry.h);
	if (ret <= 0)
		return ret;
	if (!S_ISDIR(old->mode) && !claim(d, old, i))
		return 0;
	if (S_ISREG(old->mode) && old->size && !d->opt->by_time)
		return want_content(d, old, i);
	change->wanted = false;
	return 0;
}

static int compare_headers(struct differ *d)
{
	int ret = 0;

	for (uint32_t i = 0; !ret && i < d->all.items.count; i++) {
		const struct sgz_item *item = sgz_item(&d->all, i);
		struct change *change = change_of(d, i);

		if (item->done)
			continue;
		change->root = find_root(d, i);
		change->old = sgz_old_find(&d->old, item->path,
					   item->path_len);
		/* Broken links are always in the layer. */
		if (sgz_item(&d->all, change->root)->link)
			change->wanted = true;
		else if (!item->link)
			ret = compare_header(d, i);
	}
	return ret;
}

/* Compare the digests of an item and of the file of the base. */
static int compare_content(struct differ *d, struct sgz_sha256 *sha, uint32_t i)
{
	const struct sgz_digest *old =
		&sgz_old_content(&d->old, old_of(d, i))->digest;
	uint8_t digest[STARGZ_SHA256_LEN];
	struct sgz_source_entry entry;
	int ret;

	ret = sgz_collection_give(&d->all, i, &entry);
	if (!ret)
		ret = sgz_source_digest(&d->source, d->rw.ctx, entry.h, sha,
					digest);
	if (!ret)
		change_of(d, i)->wanted = !old->set ||
			memcmp(old->sha256, digest, sizeof(digest));
	return ret;
}

static int compare_contents(struct differ *d)
{
	struct sgz_sha256 sha;
	int ret = sgz_old_hash(&d->old, d->opt->threads);

	d->old_failed = ret;
	if (!ret)
		ret = sgz_sha256_open(&sha, d->rw.ctx);
	if (ret)
		return ret;
	for (uint32_t i = 0; !ret && i < d->all.items.count; i++)
		if (change_of(d, i)->same)
			ret = compare_content(d, &sha, i);
	sgz_sha256_close(&sha);
	return ret;
}

/* Was the item a hard link to the same file in the base? */
static bool was_link(const struct differ *d, uint32_t i)
{
	const struct sgz_old_file *old = old_of(d, i);
	const struct sgz_old_file *root = old_of(d, change_of(d, i)->root);

	return old && root && old->inode == root->inode;
}

/* A hard link needs its target in the layer: all names of a file, or none. */
static void complete_links(struct differ *d)
{
	for (uint32_t i = 0; i < d->all.items.count; i++) {
		const struct sgz_item *item = sgz_item(&d->all, i);
		const struct change *change = change_of(d, i);

		if (!item->done && item->link && !was_link(d, i))
			change_of(d, change->root)->wanted = true;
	}
	for (uint32_t i = 0; i < d->all.items.count; i++)
		if (sgz_item(&d->all, i)->link)
			change_of(d, i)->wanted |=
				change_of(d, change_of(d, i)->root)->wanted;
}

/*
 * If the layer has an entry at a node or below, it needs the entry of the node
 * and of the directories above. A node is passed when these are wanted.
 */
static void want_node(struct differ *d, uint32_t i)
{
	struct sgz_path_node *node = sgz_path_node(&d->all.tree, i);

	while (!node->passed) {
		node->passed = true;
		if (node->value != SGZ_NO_ITEM)
			change_of(d, node->value)->wanted = true;
		node = sgz_path_node(&d->all.tree, node->parent);
	}
}

/* The directories above an item that goes into the layer. */
static void want_parents(struct differ *d, const struct sgz_item *item)
{
	if (item->node)
		want_node(d, sgz_path_node(&d->all.tree, item->node)->parent);
}

/* Find the path of each file of the base in the tree of the collection. */
static void find_places(struct differ *d)
{
	d->places[0].node = d->all.tree.nodes.count ? SGZ_PATH_ROOT :
						      SGZ_NO_PATH;
	for (uint32_t i = 1; i < d->old.files.count; i++) {
		const struct sgz_path_node *name = sgz_old_name(&d->old, i);
		uint32_t dir = d->places[name->parent].node;

		d->places[i].node = dir == SGZ_NO_PATH ? SGZ_NO_PATH :
			sgz_path_child(&d->all.tree, dir, name->name,
				       name->name_len);
	}
}

static bool is_there(const struct differ *d, uint32_t file)
{
	return d->places[file].node != SGZ_NO_PATH;
}

static bool is_directory(const struct differ *d, uint32_t file)
{
	uint32_t i;

	if (!is_there(d, file))
		return !file;
	i = sgz_path_node(&d->all.tree, d->places[file].node)->value;
	return i == SGZ_NO_ITEM || sgz_item(&d->all, i)->dir;
}

static int add_whiteout(struct differ *d, uint32_t dir, uint32_t file)
{
	struct whiteout *w = sgz_vec_add(&d->whiteouts, 1, sizeof(*w));

	if (!w)
		return sgz_nomem(d->rw.ctx);
	w->dir = dir;
	w->file = file;
	if (is_there(d, dir))
		want_node(d, d->places[dir].node);
	return 0;
}

static void count_children(struct differ *d)
{
	for (uint32_t i = 1; i < d->old.files.count; i++) {
		struct place *dir =
			&d->places[sgz_old_file(&d->old, i)->parent];

		dir->all++;
		dir->gone += !is_there(d, i);
	}
}

/* Not the root: some programs do not expect an opaque marker there. */
static bool is_opaque(const struct differ *d, uint32_t i)
{
	const struct place *place = &d->places[i];

	return i && place->gone > 1 && place->gone == place->all;
}

/* Add a whiteout for a removed file, unless its directory is gone too. */
static int white_out(struct differ *d, uint32_t file)
{
	uint32_t dir = sgz_old_file(&d->old, file)->parent;

	if (is_there(d, file) || is_opaque(d, dir) || !is_directory(d, dir))
		return 0;
	return add_whiteout(d, dir, file);
}

static int make_whiteouts(struct differ *d)
{
	const uint32_t *order = d->old.order.data;
	int ret = 0;

	count_children(d);
	for (size_t n = 0; !ret && n < d->old.order.count; n++) {
		uint32_t i = order[n];

		if (i)
			ret = white_out(d, i);
		if (!ret && is_opaque(d, i) && is_directory(d, i))
			ret = add_whiteout(d, i, SGZ_NONE);
	}
	return ret;
}

static int make_room(struct differ *d)
{
	d->claims = calloc(d->old.content.count + 1, sizeof(*d->claims));
	d->places = calloc(d->old.files.count + 1, sizeof(*d->places));
	if (!d->claims || !d->places)
		return sgz_nomem(d->rw.ctx);
	if (d->all.items.count &&
	    !sgz_vec_add(&d->changes, d->all.items.count,
			 sizeof(struct change)))
		return sgz_nomem(d->rw.ctx);
	return 0;
}

static int compare_with_old(struct differ *d, int fd)
{
	int ret = sgz_old_read(&d->old, d->rw.ctx, fd);

	d->old_failed = ret;
	if (!ret)
		ret = sgz_collect(&d->all, d->rw.ctx, d->inner);
	if (!ret)
		ret = make_room(d);
	if (!ret)
		ret = compare_headers(d);
	if (!ret)
		ret = compare_contents(d);
	if (ret)
		return ret;
	complete_links(d);
	find_places(d);
	/* The root of the top layer is the visible one in a stack of mounts. */
	if (d->all.tree.nodes.count)
		want_node(d, SGZ_PATH_ROOT);
	for (uint32_t i = 0; i < d->all.items.count; i++) {
		const struct sgz_item *item = sgz_item(&d->all, i);

		if (!item->done && change_of(d, i)->wanted)
			want_parents(d, item);
	}
	return make_whiteouts(d);
}

/* Put a name in front of the path, of which @len bytes are there. */
static int put_name(struct differ *d, size_t *len, const char *name,
		    size_t name_len)
{
	size_t slash = *len ? 1 : 0;
	char *end;

	if (*len + slash + name_len > SGZ_PATH_LONGEST)
		return sgz_fail(d->rw.ctx, -E2BIG,
				"a whiteout with a path of %zu bytes or more; the limit is %u",
				*len + slash + name_len, SGZ_PATH_LONGEST);
	if (!d->path.count && !sgz_vec_add(&d->path, SGZ_PATH_LONGEST, 1))
		return sgz_nomem(d->rw.ctx);
	end = (char *)d->path.data + SGZ_PATH_LONGEST - *len;
	if (slash)
		*--end = '/';
	memcpy(end - name_len, name, name_len);
	*len += slash + name_len;
	return 0;
}

/* Write the path of a whiteout to the end of @d->path. */
static int put_path(struct differ *d, const struct whiteout *w, size_t *len)
{
	char name[sizeof(SGZ_WHITEOUT) + STARGZ_NAME_MAX] = SGZ_OPAQUE;
	size_t name_len = strlen(SGZ_OPAQUE), fixed = strlen(SGZ_WHITEOUT);
	const struct sgz_path_node *n;
	int ret;

	if (w->file != SGZ_NONE) {
		n = sgz_old_name(&d->old, w->file);
		name_len = fixed + n->name_len;
		memcpy(name + fixed, n->name, n->name_len);
	}
	*len = 0;
	ret = put_name(d, len, name, name_len);
	for (uint32_t i = w->dir; !ret && i; i = n->parent) {
		n = sgz_old_name(&d->old, i);
		ret = put_name(d, len, n->name, n->name_len);
	}
	return ret;
}

static int give_whiteout(struct differ *d, const struct whiteout *w,
			 struct sgz_source_entry *entry)
{
	size_t len;
	int ret = put_path(d, w, &len);

	if (ret)
		return ret;
	memset(&d->h, 0, sizeof(d->h));
	d->h.name = (char *)d->path.data + SGZ_PATH_LONGEST - len;
	d->h.name_len = len;
	d->h.type = '0';
	d->h.mtime = SGZ_EPOCH;
	memset(entry, 0, sizeof(*entry));
	ret = sgz_rewrite(&d->rw, entry, &d->h);
	return ret ? ret : sgz_collection_again(&d->all, entry);
}

static int diff_next(struct sgz_source *source, struct sgz_source_entry *entry)
{
	struct differ *d = to_differ(source);
	const size_t items = d->all.items.count;
	int ret;

	while (d->next < items && (sgz_item(&d->all, d->next)->done ||
				   !change_of(d, d->next)->wanted))
		d->next++;
	if (d->next < items) {
		ret = sgz_collection_give(&d->all, d->next++, entry);
		return ret ? ret : 1;
	}
	if (d->next - items < d->whiteouts.count) {
		const struct whiteout *w = d->whiteouts.data;

		ret = give_whiteout(d, w + (d->next++ - items), entry);
		return ret ? ret : 1;
	}
	sgz_collection_end(&d->all);
	return 0;
}

static ssize_t diff_read(struct sgz_source *source, void *buf, size_t len)
{
	return sgz_collection_read(&to_differ(source)->all, buf, len);
}

static int diff_again(struct sgz_source *source,
		      const struct sgz_source_entry *entry)
{
	return sgz_collection_again(&to_differ(source)->all, entry);
}

static void free_differ(struct differ *d)
{
	sgz_collection_free(&d->all);
	sgz_old_free(&d->old);
	sgz_vec_free(&d->changes);
	free(d->claims);
	free(d->places);
	sgz_vec_free(&d->whiteouts);
	sgz_vec_free(&d->path);
	sgz_arena_free(&d->arena);
	sgz_vec_free(&d->attrs);
	sgz_rewriter_free(&d->rw);
	free(d);
}

static void diff_close(struct sgz_source *source)
{
	struct sgz_source *inner = to_differ(source)->inner;

	free_differ(to_differ(source));
	inner->close(inner);
}

int sgz_source_diff(struct sgz_source **source, const struct sgz_context *ctx,
		    int fd, const struct sgz_diff_options *opt,
		    bool *old_failed)
{
	struct differ *d = calloc(1, sizeof(*d));
	int ret;

	if (!d)
		return sgz_nomem(ctx);
	d->source.next = diff_next;
	d->source.read = diff_read;
	d->source.again = diff_again;
	d->source.close = diff_close;
	d->inner = *source;
	d->opt = opt;
	d->rw.ctx = ctx;
	ret = compare_with_old(d, fd);
	*old_failed = d->old_failed;
	if (ret)
		free_differ(d);
	else
		*source = &d->source;
	return ret;
}
