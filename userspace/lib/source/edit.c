// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Changing the attributes in headers.
 */
#include <fnmatch.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "source/edit.h"
#include "source/rewrite.h"
#include "tar/header.h"

/**
 * struct editor - the source
 * @source: its interface
 * @inner: the source of the entries
 * @edit: the changes
 * @xattrs: struct sgz_xattr, the attributes that stay
 * @name: name of an attribute, with a NUL
 * @rw: makes new header blocks
 * @h: the changed header
 */
struct editor {
	struct sgz_source source;
	struct sgz_source *inner;
	const struct sgz_edit *edit;
	struct sgz_vec xattrs;
	struct sgz_vec name;
	struct sgz_rewriter rw;
	struct sgz_tar_header h;
};

static struct editor *to_editor(struct sgz_source *source)
{
	return (struct editor *)source;
}

static int map_owner(const struct editor *e, const struct sgz_edit_maps *maps,
		     const char *option, uint32_t *id)
{
	for (size_t i = 0; i < maps->count; i++) {
		const struct stargz_edit_map *map = &maps->map[i];

		if (*id < map->from || *id - map->from >= map->count)
			continue;
		*id = map->to + (*id - map->from);
		return 0;
	}
	if (!maps->count)
		return 0;
	return sgz_fail(e->rw.ctx, -EOVERFLOW,
			"%s: %" PRIu32 " is in no range of %s",
			sgz_quote(e->h.name, e->h.name_len).text, *id, option);
}

/* UINT32_MAX is not a valid id: it means "none" to the kernel. */
static int edit_owner(const struct editor *e,
		      const struct stargz_edit_owner *owner, uint32_t *id)
{
	int64_t now = owner->set ? owner->id : *id;

	if (__builtin_add_overflow(now, owner->offset, &now) || now < 0 ||
	    now >= UINT32_MAX)
		return sgz_fail(e->rw.ctx, -EOVERFLOW,
				"%s: the offset %" PRId64 " moves owner %" PRIu32 " out of range",
				sgz_quote(e->h.name, e->h.name_len).text,
				owner->offset, owner->set ? owner->id : *id);
	*id = now;
	return 0;
}

static bool touches(const struct stargz_edit_owner *owner,
		    const struct sgz_edit_maps *maps)
{
	return owner->set || owner->offset || maps->count;
}

/* A tar extractor prefers the names of owners to their ids. */
static bool edit_names(struct editor *e)
{
	const struct sgz_edit *edit = e->edit;
	bool changed = false;

	if (touches(&edit->uid, &edit->uid_maps)) {
		changed = e->h.uname_len > 0;
		e->h.uname_len = 0;
	}
	if (touches(&edit->gid, &edit->gid_maps)) {
		changed |= e->h.gname_len > 0;
		e->h.gname_len = 0;
	}
	return changed;
}

static int edit_owners(struct editor *e, const struct sgz_tar_header *old,
		       bool *changed)
{
	const struct sgz_edit *edit = e->edit;
	int ret = map_owner(e, &edit->uid_maps, "--uid-map", &e->h.uid);

	if (!ret)
		ret = map_owner(e, &edit->gid_maps, "--gid-map", &e->h.gid);
	if (!ret)
		ret = edit_owner(e, &edit->uid, &e->h.uid);
	if (!ret)
		ret = edit_owner(e, &edit->gid, &e->h.gid);
	if (ret)
		return ret;
	*changed = edit_names(e);
	*changed |= e->h.uid != old->uid || e->h.gid != old->gid;
	return 0;
}

static bool edit_time(struct editor *e)
{
	const struct sgz_edit *edit = e->edit;
	const uint64_t old = e->h.mtime;

	if (edit->times == STARGZ_TIMES_SET ||
	    (edit->times == STARGZ_TIMES_LIMIT && old > edit->time))
		e->h.mtime = edit->time;
	return e->h.mtime != old;
}

/* Does a pattern match the name of an attribute? 1, 0 or -ENOMEM. */
static int is_excluded(struct editor *e, const struct sgz_xattr *attr)
{
	char *name = sgz_vec_room(&e->name, attr->name_len + 1);

	if (!name)
		return sgz_nomem(e->rw.ctx);
	memcpy(name, attr->name, attr->name_len);
	name[attr->name_len] = '\0';
	for (size_t i = 0; i < e->edit->exclude_xattr_count; i++)
		if (!fnmatch(e->edit->exclude_xattrs[i], name, 0))
			return 1;
	return 0;
}

static int edit_xattrs(struct editor *e, bool *changed)
{
	const struct sgz_xattr *attr = e->h.pax.xattrs.data;
	const size_t count = e->h.pax.xattrs.count;

	if (!count || (!e->edit->no_xattrs && !e->edit->exclude_xattr_count))
		return 0;
	e->xattrs.count = 0;
	for (size_t i = 0; !e->edit->no_xattrs && i < count; i++) {
		int ret = is_excluded(e, &attr[i]);
		struct sgz_xattr *to;

		if (ret < 0)
			return ret;
		if (ret)
			continue;
		to = sgz_vec_add(&e->xattrs, 1, sizeof(*to));
		if (!to)
			return sgz_nomem(e->rw.ctx);
		*to = attr[i];
	}
	*changed |= e->xattrs.count != count;
	e->h.pax.xattrs = e->xattrs;
	return 0;
}

static int edit_next(struct sgz_source *source, struct sgz_source_entry *entry)
{
	struct editor *e = to_editor(source);
	int ret = e->inner->next(e->inner, entry);
	bool changed;

	if (ret != 1)
		return ret;
	e->h = *entry->h;
	ret = edit_owners(e, entry->h, &changed);
	if (ret)
		return ret;
	changed |= edit_time(e);
	ret = edit_xattrs(e, &changed);
	if (!ret)
		ret = sgz_rewrite(&e->rw, entry, changed ? &e->h : NULL);
	return ret ? ret : 1;
}

static ssize_t edit_read(struct sgz_source *source, void *buf, size_t len)
{
	struct editor *e = to_editor(source);

	return e->inner->read(e->inner, buf, len);
}

static int edit_again(struct sgz_source *source,
		      const struct sgz_source_entry *entry)
{
	struct editor *e = to_editor(source);

	return e->inner->again(e->inner, entry);
}

static void edit_close(struct sgz_source *source)
{
	struct editor *e = to_editor(source);

	e->inner->close(e->inner);
	sgz_vec_free(&e->xattrs);
	sgz_vec_free(&e->name);
	sgz_rewriter_free(&e->rw);
	free(e);
}

int sgz_source_edit(struct sgz_source **source, const struct sgz_context *ctx,
		    const struct sgz_edit *edit)
{
	struct editor *e = calloc(1, sizeof(*e));

	if (!e)
		return sgz_nomem(ctx);
	e->source.next = edit_next;
	e->source.read = edit_read;
	if ((*source)->again)
		e->source.again = edit_again;
	e->source.close = edit_close;
	e->inner = *source;
	e->edit = edit;
	e->rw.ctx = ctx;
	*source = &e->source;
	return 0;
}
