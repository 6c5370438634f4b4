// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Converting tar headers to entries and chunks, with the same rules as for a
 * table of contents: paths are cleaned; data that the index cannot hold is
 * rejected or left out with a warning.
 */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "format/old_dir.h"
#include "format/tar_entries.h"
#include "stargz_fs.h"
#include "tar/odd.h"
#include "tar/odd_report.h"
#include "tar/reader.h"

/* Maximum size of names and link targets in bytes, and number of chunks. */
#define STRINGS_MAX	(1ull << 30)
#define CHUNKS_MAX	(32u << 20)

struct walker {
	const struct sgz_context *ctx;
	struct sgz_toc *toc;
	struct sgz_tar tar;
	struct sgz_vec attrs;
	struct sgz_vec old;	/* entries for sgz_old_directories() */
	uint64_t strings;
};

static struct sgz_quoted quoted(const struct walker *w)
{
	return sgz_quote(w->tar.h.name, w->tar.h.name_len);
}

static int bad_entry(const struct walker *w, int code, const char *why)
{
	return sgz_fail(w->ctx, code, "%s: %s", quoted(w).text, why);
}

static void warn_entry(const struct walker *w, const char *why)
{
	sgz_warn(w->ctx, "%s: %s", quoted(w).text, why);
}

/* Keep a path or a target. */
static int keep(struct walker *w, const char *bytes, size_t len, bool path,
		const char **text, uint32_t *text_len)
{
	char *copy;

	w->strings += len;
	if (w->strings > STRINGS_MAX)
		return sgz_fail(w->ctx, -E2BIG, "more than 1 GiB of names");
	copy = sgz_arena_copy(&w->toc->strings, bytes, len);
	if (!copy)
		return sgz_nomem(w->ctx);
	*text = copy;
	*text_len = path ? sgz_path_clean(copy, copy, len) : len;
	return 0;
}

static int take_target(struct walker *w, struct sgz_entry *entry)
{
	const struct sgz_tar_header *h = &w->tar.h;

	return keep(w, h->link, h->link_len, entry->flags & SGZ_HARDLINK,
		    &entry->link, &entry->link_len);
}

static int add_chunk(struct walker *w, struct sgz_chunk chunk)
{
	struct sgz_chunk *to;

	if (w->toc->chunks.count == CHUNKS_MAX)
		return sgz_fail(w->ctx, -E2BIG, "more than %u runs of files",
				CHUNKS_MAX);
	to = sgz_vec_add(&w->toc->chunks, 1, sizeof(*to));
	if (!to)
		return sgz_nomem(w->ctx);
	*to = chunk;
	return 0;
}

/* Record the position of the content; the stream is at its start. */
static int take_content(struct walker *w, struct sgz_entry *entry)
{
	const struct sgz_tar_header *h = &w->tar.h;
	const struct sgz_tar_run *run = h->runs.data;
	size_t first = w->toc->chunks.count;
	uint64_t at = w->tar.pos;
	int ret = 0;

	entry->size = h->file_size;
	if (!h->sparse && h->size)
		ret = add_chunk(w, (struct sgz_chunk){
			.inner = at, .size = h->size });
	for (size_t i = 0; !ret && i < h->runs.count; i++, run++) {
		ret = add_chunk(w, (struct sgz_chunk){
			.inner = at, .pos = run->pos, .size = run->size });
		at += run->size;
	}
	entry->b = w->toc->chunks.count - first;
	entry->a = entry->b ? first : 0;
	return ret;
}

/* Drop the attributes beyond the limit; returns false if there are none. */
static bool drop_xattrs(struct walker *w)
{
	const struct sgz_xattr *attr = w->attrs.data;
	size_t size = sizeof(struct stargz_xattr_set), fit = 0;

	for (; fit < w->attrs.count; fit++, attr++) {
		size += sizeof(struct stargz_xattr) + attr->name_len +
			attr->value_len + 3;
		if (size > STARGZ_XATTR_SET_MAX)
			break;
	}
	if (fit == w->attrs.count)
		return false;
	w->attrs.count = fit;
	warn_entry(w, "more than 1 MiB of extended attributes, the rest is left out");
	return true;
}

static int take_xattrs(struct walker *w, struct sgz_entry *entry)
{
	const struct sgz_vec *from = &w->tar.h.pax.xattrs;
	const struct sgz_xattr *attr = from->data;
	struct stargz_error inner = { "" };
	const struct sgz_context ctx = sgz_context_inner(w->ctx, &inner);
	int ret;

	w->attrs.count = 0;
	for (size_t i = 0; i < from->count; i++, attr++) {
		struct sgz_xattr *to;

		if (!sgz_xattr_wanted(attr, w->ctx, w->toc->raw,
				      quoted(w).text))
			continue;
		to = sgz_vec_add(&w->attrs, 1, sizeof(*to));
		if (!to)
			return sgz_nomem(w->ctx);
		*to = *attr;
	}
	ret = sgz_xattr_pool_add(&w->toc->xattrs, &ctx, w->attrs.data,
				 w->attrs.count, &entry->xattr);
	if (ret == -E2BIG && drop_xattrs(w))
		ret = sgz_xattr_pool_add(&w->toc->xattrs, &ctx, w->attrs.data,
					 w->attrs.count, &entry->xattr);
	return ret ? bad_entry(w, ret, inner.text) : 0;
}

static void take_time(struct walker *w, struct sgz_entry *entry)
{
	const struct sgz_tar_header *h = &w->tar.h;

	entry->mtime = h->mtime;
	if (h->time == SGZ_TIME_CLAMPED)
		warn_entry(w, "time is out of range, the nearest valid one is used");
	else if (h->time == SGZ_TIME_BAD)
		warn_entry(w, "invalid time, 1970-01-01 is used");
}

static int take_rest(struct walker *w, struct sgz_entry *entry)
{
	switch (entry->mode & S_IFMT) {
	case 0:
	case S_IFLNK:
		return take_target(w, entry);
	case S_IFREG:
		return take_content(w, entry);
	case S_IFCHR:
	case S_IFBLK:
		entry->a = w->tar.h.major;
		entry->b = w->tar.h.minor;
		return 0;
	default:
		return 0;
	}
}

/* The next entry may have to become a directory. */
static int remember_old(struct walker *w)
{
	uint32_t *to = sgz_vec_add(&w->old, 1, sizeof(*to));

	if (!to)
		return sgz_nomem(w->ctx);
	*to = w->toc->entries.count;
	return 0;
}

static int add_entry(struct walker *w, mode_t type)
{
	const struct sgz_tar_header *h = &w->tar.h;
	struct sgz_toc *toc = w->toc;
	struct sgz_entry entry = {
		.mode = type,
		.flags = sgz_absolute_flags(h->name, h->name_len, h->link,
					    h->link_len),
	}, *to;
	int ret;

	if (!type)
		entry.flags |= SGZ_HARDLINK;
	ret = keep(w, h->name, h->name_len, true, &entry.name,
		   &entry.name_len);
	if (!ret && h->type == '0' && type == S_IFDIR && entry.name_len) {
		entry.mode = S_IFREG;
		ret = remember_old(w);
	}
	if (!ret)
		ret = take_rest(w, &entry);
	if (!ret && type) {
		entry.mode |= h->mode;
		entry.uid = h->uid;
		entry.gid = h->gid;
		ret = take_xattrs(w, &entry);
	}
	if (ret)
		return ret;
	take_time(w, &entry);
	if (toc->entries.count == SGZ_ENTRIES_MAX)
		return sgz_fail(w->ctx, -E2BIG, "more than %u entries",
				SGZ_ENTRIES_MAX);
	to = sgz_vec_add(&toc->entries, 1, sizeof(*to));
	if (!to)
		return sgz_nomem(w->ctx);
	*to = entry;
	return 0;
}

static int take_entry(struct walker *w)
{
	const struct sgz_tar_header *h = &w->tar.h;
	const char *why;
	mode_t type;

	sgz_tar_warn(&w->tar.h, w->ctx);
	why = sgz_tar_type(h, &type);
	if (!why)
		return add_entry(w, type);
	if (h->fault)
		warn_entry(w, why);
	else
		sgz_warn(w->ctx, "%s: type %s, %s", quoted(w).text,
			 sgz_quote(&h->type, 1).text, why);
	return 0;
}

static int walk(struct walker *w)
{
	const struct sgz_tar_header *h = &w->tar.h;
	int ret;

	while ((ret = sgz_tar_next(&w->tar)) == 1) {
		ret = take_entry(w);
		if (!ret && h->size)
			ret = sgz_tar_skip(&w->tar, h->size +
					   sgz_tar_padding(h->size));
		if (ret)
			return ret;
		sgz_stream_progress(w->tar.stream);
	}
	w->toc->end_marker = w->tar.marked;
	if (!ret && !w->tar.marked)
		sgz_warn(w->ctx, "the tar ends without its end marker");
	return ret;
}

int sgz_tar_walk(struct sgz_toc *toc, const struct sgz_context *ctx,
		 struct sgz_stream *s)
{
	struct walker *w = calloc(1, sizeof(*w));
	int ret;

	if (!w)
		return sgz_nomem(ctx);
	w->ctx = ctx;
	w->toc = toc;
	toc->from_content = true;
	w->tar.stream = s;
	ret = walk(w);
	if (!ret)
		ret = sgz_old_directories(toc, ctx, &w->old);
	sgz_tar_close(&w->tar);
	sgz_vec_free(&w->attrs);
	sgz_vec_free(&w->old);
	free(w);
	return ret;
}
