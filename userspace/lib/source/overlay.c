// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Converting whiteouts and opaque directories of overlayfs. overlayfs may make
 * whiteouts as hard links to each other. So the paths of whiteouts are kept,
 * and a hard link to one is a whiteout, too.
 */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "source/overlay.h"
#include "source/rewrite.h"
#include "tar/whiteout.h"

/**
 * struct hidden - a whiteout
 * @len: length of @path in bytes
 * @path: its cleaned path
 */
struct hidden {
	size_t len;
	char path[];
};

/**
 * struct overlay - the source
 * @source: the public part
 * @inner: source of the entries
 * @mode: how whiteouts and opaque directories are handled
 * @warned: the warning was given
 * @opaque: the last entry is an opaque directory; its marker comes next
 * @place: @place of the last entry
 * @hidden: tree of struct hidden
 * @xattrs: struct sgz_xattr of the current entry
 * @name: name of a whiteout or marker
 * @strings: names of attributes
 * @rw: makes new header blocks
 * @h: header for the new blocks
 */
struct overlay {
	struct sgz_source source;
	struct sgz_source *inner;
	enum sgz_overlay_mode mode;
	bool warned;
	bool opaque;
	uint64_t place;
	void *hidden;
	struct sgz_vec xattrs;
	struct sgz_vec name;
	struct sgz_arena strings;
	struct sgz_rewriter rw;
	struct sgz_tar_header h;
};

static struct overlay *to_overlay(struct sgz_source *source)
{
	return (struct overlay *)source;
}

/*
 * The name of an attribute of overlayfs without its prefix, of *@len bytes; or
 * NULL for other attributes.
 */
static const char *own_name(const struct sgz_xattr *attr, size_t *len)
{
	static const char *const prefixes[] = {
		"trusted.overlay.", "user.overlay.",
	};

	for (int i = 0; i < 2; i++) {
		size_t n = strlen(prefixes[i]);

		if (attr->name_len <= n || memcmp(attr->name, prefixes[i], n))
			continue;
		*len = attr->name_len - n;
		return attr->name + n;
	}
	return NULL;
}

static const struct sgz_xattr *find_own(const struct sgz_tar_header *h,
					const char *wanted)
{
	const struct sgz_xattr *attr = h->pax.xattrs.data;

	for (size_t i = 0; i < h->pax.xattrs.count; i++, attr++) {
		size_t len;
		const char *name = own_name(attr, &len);

		if (name && len == strlen(wanted) && !memcmp(name, wanted, len))
			return attr;
	}
	return NULL;
}

static bool is_opaque(const struct sgz_tar_header *h)
{
	const struct sgz_xattr *attr;

	if (h->type != '5')
		return false;
	attr = find_own(h, "opaque");
	return attr && attr->value_len == 1 && !memcmp(attr->value, "y", 1);
}

static struct hidden *make_hidden(const char *path, size_t len)
{
	struct hidden *key = malloc(sizeof(*key) + len + 1);

	if (key)
		key->len = sgz_path_clean(key->path, path, len);
	return key;
}

static int compare_hidden(const void *left, const void *right)
{
	const struct hidden *a = left, *b = right;

	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	return memcmp(a->path, b->path, a->len);
}

/* Is @path the path of a whiteout? Returns 1, 0 or -ENOMEM. */
static int is_hidden(const struct overlay *o, const char *path, size_t len)
{
	struct hidden *key;
	bool found;

	if (!o->hidden)
		return 0;
	key = make_hidden(path, len);
	if (!key)
		return sgz_nomem(o->rw.ctx);
	found = tfind(key, &o->hidden, compare_hidden);
	free(key);
	return found;
}

/* Record whether the path of an entry is now that of a whiteout. */
static int set_hidden(struct overlay *o, const struct sgz_tar_header *h,
		      bool hide)
{
	struct hidden *key, **found;

	if (!hide && !o->hidden)
		return 0;
	key = make_hidden(h->name, h->name_len);
	if (!key)
		return sgz_nomem(o->rw.ctx);
	if (hide) {
		found = tsearch(key, &o->hidden, compare_hidden);
		if (found && *found == key)
			return 0;
		free(key);
		return found ? 0 : sgz_nomem(o->rw.ctx);
	}
	found = tfind(key, &o->hidden, compare_hidden);
	if (found) {
		struct hidden *old = *found;

		tdelete(key, &o->hidden, compare_hidden);
		free(old);
	}
	free(key);
	return 0;
}

/* Is the entry a whiteout? Returns 1, 0 or -ENOMEM. */
static int is_whiteout(const struct overlay *o, const struct sgz_tar_header *h)
{
	switch (h->type) {
	case '1':
		return is_hidden(o, h->link, h->link_len);
	case '3':
		return !h->major && !h->minor;
	case '0':
	case '\0':
		return !h->file_size && find_own(h, "whiteout");
	default:
		return 0;
	}
}

/* Make an empty file: the first @keep bytes of the path, @prefix and @rest. */
static int make_marker(struct overlay *o, struct sgz_source_entry *entry,
		       size_t keep, const char *prefix, const char *rest,
		       size_t len)
{
	size_t n = strlen(prefix);
	char *to;

	o->name.count = 0;
	to = sgz_vec_add(&o->name, keep + n + len + 1, 1);
	if (!to)
		return sgz_nomem(o->rw.ctx);
	memcpy(to, o->h.name, keep);
	memcpy(to + keep, prefix, n);
	memcpy(to + keep + n, rest, len);
	o->h.name = o->name.data;
	o->h.name_len = keep + n + len;
	o->h.type = '0';
	o->h.mode = 0;
	o->h.pax.xattrs.count = 0;
	return sgz_rewrite(&o->rw, entry, &o->h);
}

static int give_whiteout(struct overlay *o, struct sgz_source_entry *entry)
{
	size_t dir = sgz_path_last(o->h.name, o->h.name_len);

	return make_marker(o, entry, dir, SGZ_WHITEOUT, o->h.name + dir,
			   o->h.name_len - dir);
}

/* Make the marker of the opaque directory before. */
static int give_opaque(struct overlay *o, struct sgz_source_entry *entry)
{
	bool slash = o->h.name_len && o->h.name[o->h.name_len - 1] != '/';

	memset(entry, 0, sizeof(*entry));
	entry->place = o->place;
	o->opaque = false;
	return make_marker(o, entry, o->h.name_len, slash ? "/" : "",
			   SGZ_OPAQUE, strlen(SGZ_OPAQUE));
}

/* Refuse entries of an upper directory that need files of lower layers. */
static int check_complete(const struct overlay *o)
{
	static const char *const incomplete[] = { "redirect", "metacopy" };

	if (o->mode != SGZ_OVERLAY_UPPER)
		return 0;
	for (int i = 0; i < 2; i++)
		if (find_own(&o->h, incomplete[i]))
			return sgz_fail(o->rw.ctx, -EINVAL,
					"%s: attribute overlay.%s: its content is in a lower layer; mount overlayfs with redirect_dir=off,metacopy=off",
					sgz_quote(o->h.name,
						  o->h.name_len).text,
					incomplete[i]);
	return 0;
}

/* Nested overlayfs mounts escape attributes as "overlay.overlay.". */
static int unescape(struct overlay *o, struct sgz_xattr *attr,
		    const char *name, size_t len)
{
	size_t before = name - attr->name;
	char *to = sgz_arena_room(&o->strings, before + len);

	if (!to)
		return sgz_nomem(o->rw.ctx);
	memcpy(to, attr->name, before);
	memcpy(to + before, name + attr->name_len - before - len, len);
	attr->name = to;
	attr->name_len = before + len;
	return 0;
}

/* Omit attributes of overlayfs, and unescape those of nested mounts. */
static int take_xattrs(struct overlay *o, bool *changed)
{
	static const char nested[] = "overlay.";
	const struct sgz_xattr *attr = o->h.pax.xattrs.data;
	const size_t count = o->h.pax.xattrs.count;

	o->xattrs.count = 0;
	sgz_arena_reset(&o->strings);
	for (size_t i = 0; i < count; i++, attr++) {
		size_t len, skip = strlen(nested);
		const char *name = own_name(attr, &len);
		struct sgz_xattr *to;

		*changed |= !!name;
		if (name && (len <= skip || memcmp(name, nested, skip)))
			continue;
		to = sgz_vec_add(&o->xattrs, 1, sizeof(*to));
		if (!to)
			return sgz_nomem(o->rw.ctx);
		*to = *attr;
		if (name && unescape(o, to, name, len - skip))
			return -ENOMEM;
	}
	o->h.pax.xattrs = o->xattrs;
	return 0;
}

/* Is the entry the root? Returns 1, 0 or -ENOMEM. */
static int is_root(const struct overlay *o)
{
	struct hidden *path = make_hidden(o->h.name, o->h.name_len);
	bool root = path && !path->len;

	free(path);
	return path ? root : sgz_nomem(o->rw.ctx);
}

/* Find out whether a directory is opaque; overlayfs ignores it on the root. */
static int look_at_opaque(struct overlay *o)
{
	int ret = 0;

	o->opaque = is_opaque(&o->h);
	if (o->opaque && o->mode == SGZ_OVERLAY_UPPER)
		ret = is_root(o);
	if (ret > 0)
		o->opaque = false;
	return ret < 0 ? ret : 0;
}

/* Convert an entry to that of a layer. */
static int convert(struct overlay *o, struct sgz_source_entry *entry,
		   bool whiteout)
{
	bool changed = false;
	int ret;

	o->h = *entry->h;
	o->place = entry->place;
	if (whiteout)
		return give_whiteout(o, entry);
	ret = check_complete(o);
	if (!ret)
		ret = look_at_opaque(o);
	if (!ret)
		ret = take_xattrs(o, &changed);
	return ret ? ret : sgz_rewrite(&o->rw, entry, changed ? &o->h : NULL);
}

static void warn_once(struct overlay *o, const struct sgz_tar_header *h,
		      bool whiteout)
{
	if (o->warned || (!whiteout && !is_opaque(h)))
		return;
	o->warned = true;
	sgz_warn(o->rw.ctx, "%s: %s of overlayfs is kept unchanged; --overlay converts them to whiteouts and opaque markers",
		 sgz_quote(h->name, h->name_len).text,
		 whiteout ? "whiteout" : "opaque directory");
}

static int overlay_next(struct sgz_source *source,
			struct sgz_source_entry *entry)
{
	struct overlay *o = to_overlay(source);
	int ret, whiteout;

	if (o->opaque) {
		ret = give_opaque(o, entry);
		return ret ? ret : 1;
	}
	ret = o->inner->next(o->inner, entry);
	if (ret != 1)
		return ret;
	whiteout = is_whiteout(o, entry->h);
	if (whiteout < 0)
		return whiteout;
	if (o->mode == SGZ_OVERLAY_WARN) {
		warn_once(o, entry->h, whiteout);
		return 1;
	}
	ret = set_hidden(o, entry->h, whiteout);
	if (!ret)
		ret = convert(o, entry, whiteout);
	return ret ? ret : 1;
}

static ssize_t overlay_read(struct sgz_source *source, void *buf, size_t len)
{
	struct overlay *o = to_overlay(source);

	return o->inner->read(o->inner, buf, len);
}

static int overlay_again(struct sgz_source *source,
			 const struct sgz_source_entry *entry)
{
	struct overlay *o = to_overlay(source);

	return o->inner->again(o->inner, entry);
}

static void overlay_close(struct sgz_source *source)
{
	struct overlay *o = to_overlay(source);

	o->inner->close(o->inner);
	tdestroy(o->hidden, free);
	sgz_vec_free(&o->xattrs);
	sgz_vec_free(&o->name);
	sgz_arena_free(&o->strings);
	sgz_rewriter_free(&o->rw);
	free(o);
}

int sgz_source_overlay(struct sgz_source **source,
		       const struct sgz_context *ctx,
		       enum sgz_overlay_mode mode)
{
	struct overlay *o = calloc(1, sizeof(*o));

	if (!o)
		return sgz_nomem(ctx);
	o->source.next = overlay_next;
	o->source.read = overlay_read;
	if ((*source)->again)
		o->source.again = overlay_again;
	o->source.close = overlay_close;
	o->inner = *source;
	o->mode = mode;
	o->rw.ctx = ctx;
	*source = &o->source;
	return 0;
}
