// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Comparing the entries of a source with a tree.
 */
#include <stdlib.h>
#include <string.h>

#include "source/collection.h"
#include "source/diff.h"
#include "source/diff_base.h"
#include "stargz_fs.h"
#include "tar/whiteout.h"

#define NSEC		1000000000

/**
 * struct change - comparison of an item with the base
 * @root: number of the item that it is a hard link to, or its own number
 * @old: file of the base with its path, or %SGZ_NONE
 * @wanted: the item goes into the layer
 * @same: it differs at most in its content
 */
struct change {
	uint32_t root;
	uint32_t old;
	bool wanted;
	bool same;
};

/** struct whiteout - the path of one */
struct whiteout {
	const char *path;
	size_t len;
};

/** struct children - numbers of entries of a directory of the base */
struct children {
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
 * @children: struct children of each file of the base
 * @whiteouts: struct whiteout
 * @strings: memory for the paths of whiteouts
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
	struct children *children;
	struct sgz_vec whiteouts;
	struct sgz_arena strings;
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

/* The end of a chain of hard links; the last link found if it is broken. */
static uint32_t find_root(const struct differ *d, uint32_t i)
{
	for (size_t n = d->all.items.count; n; n--) {
		const struct sgz_item *item = sgz_item(&d->all, i);
		uint32_t next;

		if (!item->link)
			break;
		next = sgz_collection_find(&d->all, item->link,
					   item->link_len);
		if (next == SGZ_NO_ITEM)
			break;
		i = next;
	}
	return i;
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

static bool same_attribute(const struct sgz_xattr *a, const struct sgz_xattr *b)
{
	return a->name_len == b->name_len && a->value_len == b->value_len &&
	       !memcmp(a->name, b->name, a->name_len) &&
	       !memcmp(a->value, b->value, a->value_len);
}

/* Is the attribute in @d->attrs, those of the base? */
static bool had_attribute(const struct differ *d, const struct sgz_xattr *attr)
{
	const struct sgz_xattr *old = d->attrs.data;

	for (size_t i = 0; i < d->attrs.count; i++)
		if (same_attribute(&old[i], attr))
			return true;
	return false;
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
			struct change *change)
{
	struct sgz_old_content *content = sgz_old_content(&d->old, old);

	if (!d->old.has_content && !content->digest.set) {
		d->old_failed = true;
		return sgz_fail(d->rw.ctx, -ENODATA,
				"%s: the index has neither its content nor a digest; give the layer or a device image, or compare by size and time (--by-time)",
				sgz_quote(old->path, old->path_len).text);
	}
	change->same = true;
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
		return want_content(d, old, change);
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

static void want_parents(struct differ *d, const char *path, size_t path_len)
{
	for (size_t len = 0; len < path_len; len++) {
		uint32_t i;

		if (len && path[len] != '/')
			continue;
		i = sgz_collection_find(&d->all, path, len);
		if (i != SGZ_NO_ITEM)
			change_of(d, i)->wanted = true;
	}
}

/* Is there an entry below a path? */
static bool is_implied(const struct differ *d, const char *path, size_t len)
{
	const uint32_t *n = d->all.by_path.data;
	size_t at = sgz_collection_after(&d->all, path, len);
	const struct sgz_item *item;

	if (at == d->all.by_path.count)
		return false;
	item = sgz_item(&d->all, n[at]);
	return !len || (item->path_len > len && item->path[len] == '/' &&
			!memcmp(item->path, path, len));
}

static bool is_there(const struct differ *d, const struct sgz_old_file *file)
{
	return sgz_collection_find(&d->all, file->path, file->path_len) !=
		       SGZ_NO_ITEM ||
	       is_implied(d, file->path, file->path_len);
}

static bool is_directory(const struct differ *d,
			 const struct sgz_old_file *file)
{
	uint32_t i = sgz_collection_find(&d->all, file->path, file->path_len);

	if (i != SGZ_NO_ITEM)
		return sgz_item(&d->all, i)->dir;
	return !file->path_len || is_implied(d, file->path, file->path_len);
}

static int add_whiteout(struct differ *d, const struct sgz_old_file *dir,
			const char *name, size_t len)
{
	struct whiteout *w = sgz_vec_add(&d->whiteouts, 1, sizeof(*w));
	size_t slash = dir->path_len ? 1 : 0;
	char *to;

	if (!w)
		return sgz_nomem(d->rw.ctx);
	w->len = dir->path_len + slash + strlen(SGZ_WHITEOUT) + len;
	to = sgz_arena_room(&d->strings, w->len);
	if (!to)
		return sgz_nomem(d->rw.ctx);
	w->path = to;
	to = mempcpy(to, dir->path, dir->path_len);
	if (slash)
		*to++ = '/';
	to = mempcpy(to, SGZ_WHITEOUT, strlen(SGZ_WHITEOUT));
	memcpy(to, name, len);
	want_parents(d, w->path, w->len);
	return 0;
}

static void count_children(struct differ *d)
{
	for (size_t i = 1; i < d->old.files.count; i++) {
		const struct sgz_old_file *file = sgz_old_file(&d->old, i);

		d->children[file->parent].all++;
		if (!is_there(d, file))
			d->children[file->parent].gone++;
	}
}

/* Not the root: some programs do not expect an opaque marker there. */
static bool is_opaque(const struct differ *d, size_t i)
{
	const struct children *children = &d->children[i];

	return i && children->gone > 1 && children->gone == children->all;
}

/* Add a whiteout for a removed file, unless its directory is gone too. */
static int white_out(struct differ *d, const struct sgz_old_file *file)
{
	const struct sgz_old_file *dir = sgz_old_file(&d->old, file->parent);
	size_t skip = dir->path_len ? dir->path_len + 1 : 0;

	if (is_there(d, file) || is_opaque(d, file->parent) ||
	    !is_directory(d, dir))
		return 0;
	return add_whiteout(d, dir, file->path + skip, file->path_len - skip);
}

static int make_whiteouts(struct differ *d)
{
	/* Without the prefix, which add_whiteout() writes. */
	static const char *opaque = &SGZ_OPAQUE[sizeof(SGZ_WHITEOUT) - 1];
	int ret = 0;

	count_children(d);
	for (size_t i = 0; !ret && i < d->old.files.count; i++) {
		const struct sgz_old_file *file = sgz_old_file(&d->old, i);

		if (i)
			ret = white_out(d, file);
		if (!ret && is_opaque(d, i) && is_directory(d, file))
			ret = add_whiteout(d, file, opaque, strlen(opaque));
	}
	return ret;
}

static int make_room(struct differ *d)
{
	d->claims = calloc(d->old.content.count + 1, sizeof(*d->claims));
	d->children = calloc(d->old.files.count + 1, sizeof(*d->children));
	if (!d->claims || !d->children)
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
	/* The root of the top layer is the visible one in a stack of mounts. */
	want_parents(d, "", 1);
	for (uint32_t i = 0; i < d->all.items.count; i++) {
		const struct sgz_item *item = sgz_item(&d->all, i);

		if (!item->done && change_of(d, i)->wanted)
			want_parents(d, item->path, item->path_len);
	}
	return make_whiteouts(d);
}

static int give_whiteout(struct differ *d, const struct whiteout *w,
			 struct sgz_source_entry *entry)
{
	int ret;

	memset(&d->h, 0, sizeof(d->h));
	d->h.name = w->path;
	d->h.name_len = w->len;
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
	free(d->children);
	sgz_vec_free(&d->whiteouts);
	sgz_arena_free(&d->strings);
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
