// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Producers replace bytes that are not UTF-8 by U+FFFD when they write the TOC.
 * The entries of the TOC are in the order of the tar. The tar headers of a run
 * of entries follow the content before the run and precede the content that
 * ends it. So only this part is decoded, and its headers are matched with the
 * entries that have replaced bytes. The tar may have headers that the TOC
 * omits, and the TOC may have other names for some.
 *
 * A hostile TOC could require reading back and forth. So the tar is only read
 * forward. Runs that would require decoding again are left to a second and last
 * pass over the whole tar.
 */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "format/names_from_tar.h"
#include "stargz/text.h"
#include "tar/reader.h"

#define LOSSY	(SGZ_LOSSY_NAME | SGZ_LOSSY_LINK | SGZ_LOSSY_XATTR)

/**
 * struct want - an entry whose header is needed
 * @name: its name in the TOC
 * @len: length of @name in bytes
 * @entry: number of the entry
 * @found: in the first struct with this name: number of headers found
 */
struct want {
	const char *name;
	size_t len;
	uint32_t entry;
	uint32_t found;
};

/**
 * struct walk - the tar being read
 * @ctx: the call
 * @toc: the entries
 * @blob: the layer
 * @kind: how it is decoded
 * @stream: the bytes of the tar
 * @open: @stream is open
 * @stands: the stream is at the header after the content of this entry; NULL if
 *	its position is not known
 * @reached: offset in the blob up to which closed streams were decoded
 * @skipped: a run was left to the second pass
 * @tar: the tar
 * @wants: struct want, sorted by name
 * @founds: struct want: entries with found names
 * @name: name of the current header in the form of a TOC
 */
struct walk {
	const struct sgz_context *ctx;
	struct sgz_toc *toc;
	const struct sgz_blob *blob;
	enum sgz_stream_kind kind;
	struct sgz_stream stream;
	bool open;
	const struct sgz_entry *stands;
	uint64_t reached;
	bool skipped;
	struct sgz_tar tar;
	struct sgz_vec wants;
	struct sgz_vec founds;
	struct sgz_vec name;
};

static bool comes_after(const struct sgz_chunk *a, const struct sgz_chunk *b)
{
	return a->unit > b->unit || (a->unit == b->unit && a->inner > b->inner);
}

/*
 * The position of the next header is known only after content without holes.
 * Content out of the order of entries would require reading back and forth.
 */
static bool ends_run(const struct walk *w, const struct sgz_entry *entry,
		     const struct sgz_entry *before)
{
	if (!sgz_entry_is(entry, S_IFREG) || !entry->b)
		return false;
	if (before && !comes_after(sgz_toc_chunk(w->toc, entry->a),
				   sgz_toc_chunk(w->toc, before->a)))
		return false;
	for (uint32_t i = 0; i < entry->b; i++)
		if (sgz_toc_chunk(w->toc, entry->a + i)->zeroes)
			return false;
	return true;
}

/* Offset in the blob of the next byte to decode. */
static uint64_t input_pos(const struct walk *w)
{
	return w->open ? w->stream.pos - w->stream.z.avail_in : w->reached;
}

static void close_stream(struct walk *w)
{
	w->reached = input_pos(w);
	w->stands = NULL;
	if (w->open)
		sgz_stream_close(&w->stream);
	w->open = false;
}

static int open_stream(struct walk *w, const struct sgz_context *ctx,
		       uint64_t member)
{
	close_stream(w);
	w->open = true;
	return sgz_stream_open(&w->stream, ctx, w->blob, member,
			       w->toc->data_end, w->kind);
}

/*
 * Go to the header that follows the content of @before. Returns 1 if the stream
 * is already after it.
 */
static int seek(struct walk *w, const struct sgz_context *ctx,
		const struct sgz_entry *before)
{
	uint64_t member = 0, target = 0;
	int64_t at;
	int ret;

	w->stream.ctx = ctx;
	if (before && w->stands == before)
		return 0;
	w->stands = NULL;
	if (before) {
		const struct sgz_chunk *last =
			sgz_toc_chunk(w->toc, before->a + before->b - 1);

		member = last->unit;
		target = last->inner + last->size +
			 sgz_tar_padding(before->size);
	}
	/* In a member of many files, continue at the end of the last run. */
	if (!w->open || w->stream.member != member) {
		if (member < input_pos(w))
			return 1;
		ret = open_stream(w, ctx, member);
		if (ret)
			return ret;
	}
	/* Unread bytes may be from the previous member, so this may be < 0. */
	at = (int64_t)w->stream.decoded - (int64_t)w->stream.back_len;
	if (at >= 0 && (uint64_t)at > target)
		return 1;
	return sgz_stream_skip(&w->stream, target - at);
}

/* Copy text of the tar, cleaned if it is a path. */
static int replace(struct walk *w, const char **text, uint32_t *len,
		   const char *bytes, size_t bytes_len, bool clean)
{
	char *copy = sgz_arena_copy(&w->toc->strings, bytes, bytes_len);

	if (!copy)
		return sgz_nomem(w->stream.ctx);
	if (clean)
		bytes_len = sgz_path_clean(copy, copy, bytes_len);
	*text = copy;
	*len = bytes_len;
	return 0;
}

static int restore_link(struct walk *w, struct sgz_entry *entry)
{
	const struct sgz_tar_header *h = &w->tar.h;
	bool clean = entry->flags & SGZ_HARDLINK;
	const char *link = NULL;
	uint32_t len = 0;
	int ret;

	ret = replace(w, &link, &len, h->link, h->link_len, clean);
	if (ret || !sgz_lossy_equal(entry->link, entry->link_len, link, len))
		return ret;
	entry->link = link;
	entry->link_len = len;
	entry->flags &= ~SGZ_LOSSY_LINK;
	return 0;
}

static int compare_names(const char *a, size_t a_len, const char *b,
			 size_t b_len)
{
	int cmp = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return cmp ? cmp : (a_len > b_len) - (a_len < b_len);
}

/* By name, then by entry. */
static int compare_wants(const void *left, const void *right)
{
	const struct want *a = left, *b = right;
	int cmp = compare_names(a->name, a->len, b->name, b->len);

	return cmp ? cmp : (a->entry > b->entry) - (a->entry < b->entry);
}

/* Index of the first element of a sorted list whose name is not less. */
static size_t find_name(const struct sgz_vec *list, const char *name, size_t len)
{
	const struct want *want = list->data;
	size_t low = 0, high = list->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare_names(want[mid].name, want[mid].len, name, len) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* List the attributes of the current header by their names in a TOC. */
static int list_xattrs(struct walk *w, struct sgz_arena *names,
		       struct sgz_vec *list)
{
	const struct sgz_xattr *attr = w->tar.h.pax.xattrs.data;

	for (size_t i = 0; i < w->tar.h.pax.xattrs.count; i++, attr++) {
		char *name = sgz_arena_room(names, 3 * attr->name_len);
		struct want *to = sgz_vec_add(list, 1, sizeof(*to));

		if (!name || !to)
			return -ENOMEM;
		to->name = name;
		to->len = stargz_text_lossy(name, attr->name, attr->name_len);
		to->entry = i;
	}
	if (list->count)
		qsort(list->data, list->count, sizeof(struct want),
		      compare_wants);
	return 0;
}

/* Restore the name of an attribute; false if the header has no match. */
static bool restore_xattr(const struct walk *w, const struct sgz_vec *list,
			  struct sgz_xattr *attr)
{
	size_t i = find_name(list, attr->name, attr->name_len);
	const struct want *found = (const struct want *)list->data + i;
	const struct sgz_xattr *p = w->tar.h.pax.xattrs.data;

	if (i == list->count || compare_names(found->name, found->len, attr->name,
					      attr->name_len))
		return false;
	attr->name = p[found->entry].name;
	attr->name_len = p[found->entry].name_len;
	return true;
}

static int restore_xattrs(struct walk *w, struct sgz_entry *entry)
{
	struct sgz_xattr_pool *pool = &w->toc->xattrs;
	struct sgz_arena copies = { 0 };
	struct sgz_vec attrs = { 0 }, list = { 0 };
	struct sgz_xattr *attr;
	int ret;

	ret = sgz_xattr_pool_get(pool, entry->xattr, &copies, &attrs);
	if (!ret)
		ret = list_xattrs(w, &copies, &list);
	if (ret) {
		ret = sgz_nomem(w->stream.ctx);
		goto out;
	}
	entry->flags &= ~SGZ_LOSSY_XATTR;
	attr = attrs.data;
	for (size_t i = 0; i < attrs.count; i++, attr++)
		if (sgz_has_replacement(attr->name, attr->name_len) &&
		    !restore_xattr(w, &list, attr))
			entry->flags |= SGZ_LOSSY_XATTR;
	ret = sgz_xattr_pool_add(pool, w->stream.ctx, attrs.data, attrs.count,
				 &entry->xattr);
out:
	sgz_vec_free(&list);
	sgz_vec_free(&attrs);
	sgz_arena_free(&copies);
	return ret;
}

/* Record the name in the TOC, which hard links to the entry use. */
static int keep_lossy(struct walk *w, const struct sgz_entry *entry)
{
	struct want *found;

	if (!(entry->flags & SGZ_LOSSY_NAME))
		return 0;
	found = sgz_vec_add(&w->founds, 1, sizeof(*found));
	if (!found)
		return sgz_nomem(w->stream.ctx);
	found->name = entry->name;
	found->len = entry->name_len;
	found->entry = entry - sgz_toc_entry(w->toc, 0);
	return 0;
}

/* Restore the lost bytes of an entry from the current header. */
static int restore(struct walk *w, struct sgz_entry *entry)
{
	const struct sgz_tar_header *h = &w->tar.h;
	const char *name = NULL;
	uint32_t len = 0;
	int ret;

	ret = replace(w, &name, &len, h->name, h->name_len, true);
	if (!ret)
		ret = keep_lossy(w, entry);
	if (ret)
		return ret;
	entry->name = name;
	entry->name_len = len;
	entry->flags &= ~SGZ_LOSSY_NAME;
	if (entry->flags & SGZ_LOSSY_LINK)
		ret = restore_link(w, entry);
	if (!ret && entry->flags & SGZ_LOSSY_XATTR)
		ret = restore_xattrs(w, entry);
	return ret;
}

static int list_wants(struct walk *w, size_t from, size_t to)
{
	w->wants.count = 0;
	for (size_t i = from; i <= to; i++) {
		const struct sgz_entry *entry = sgz_toc_entry(w->toc, i);
		struct want *want;

		if (!(entry->flags & LOSSY))
			continue;
		want = sgz_vec_add(&w->wants, 1, sizeof(*want));
		if (!want)
			return sgz_nomem(w->ctx);
		want->name = entry->name;
		want->len = entry->name_len;
		want->entry = i;
	}
	qsort(w->wants.data, w->wants.count, sizeof(struct want),
	      compare_wants);
	return 0;
}

/* May the current header be that of the entry, not of one it replaced? */
static bool may_be(const struct walk *w, const struct sgz_entry *entry)
{
	const struct sgz_tar_header *h = &w->tar.h;

	return !sgz_entry_is(entry, S_IFLNK) ||
	       sgz_lossy_equal(entry->link, entry->link_len, h->link,
			       h->link_len);
}

/* The entry that needs the current header, or NULL. */
static struct sgz_entry *wanted(struct walk *w)
{
	struct want *want = w->wants.data;
	const char *name = w->name.data;
	size_t len = w->name.count, first = find_name(&w->wants, name, len), i;
	struct sgz_entry *entry;

	i = first < w->wants.count ? first + want[first].found : first;
	if (i >= w->wants.count ||
	    compare_names(want[i].name, want[i].len, name, len))
		return NULL;
	entry = sgz_toc_entry(w->toc, want[i].entry);
	if (!may_be(w, entry))
		return NULL;
	want[first].found++;
	return entry;
}

/* Set @w->name to the name of the current header in the form of a TOC. */
static int lossy_name(struct walk *w)
{
	const struct sgz_tar_header *h = &w->tar.h;
	char *clean = malloc(h->name_len + 1), *to;
	size_t len;

	to = sgz_vec_room(&w->name, 3 * h->name_len + 1);
	if (!clean || !to) {
		free(clean);
		return sgz_nomem(w->stream.ctx);
	}
	len = sgz_path_clean(clean, h->name, h->name_len);
	w->name.count = stargz_text_lossy(to, clean, len);
	free(clean);
	return 0;
}

/* Is the stream after the start of the content that ends the run? */
static bool is_beyond(const struct walk *w, const struct sgz_entry *end,
		      const struct sgz_entry *before)
{
	const struct sgz_chunk *first;

	if (!ends_run(w, end, before))
		return false;
	first = sgz_toc_chunk(w->toc, end->a);
	return w->stream.member > first->unit ||
	       (w->stream.member == first->unit &&
		w->stream.decoded > first->inner);
}

/* Restore the entry that needs the current header, if there is one. */
static int match_header(struct walk *w, size_t *left)
{
	struct sgz_entry *entry;
	int ret = lossy_name(w);

	if (ret)
		return ret;
	entry = wanted(w);
	if (!entry)
		return 0;
	--*left;
	return restore(w, entry);
}

/*
 * Look for the wanted headers between the content of @before and that of @end,
 * or the end of the tar.
 */
static int walk_run(struct walk *w, const struct sgz_context *ctx,
		    const struct sgz_entry *before,
		    const struct sgz_entry *end)
{
	size_t left = w->wants.count;
	int ret;

	w->toc->from_content = true;
	ret = seek(w, ctx, before);
	w->skipped |= ret > 0;
	while (!ret && left) {
		ret = sgz_tar_next(&w->tar);
		if (ret <= 0)
			return ret;
		w->stands = NULL;
		ret = match_header(w, &left);
		if (!ret && left)
			ret = sgz_tar_skip(&w->tar, w->tar.h.size +
					   sgz_tar_padding(w->tar.h.size));
		if (!ret && left && end && is_beyond(w, end, before)) {
			w->stands = end;
			return 0;
		}
	}
	return ret < 0 ? ret : 0;
}

/* If a run cannot be decoded, only its names stay lossy. */
static int try_run(struct walk *w, size_t from, size_t to,
		   const struct sgz_entry *before, const struct sgz_entry *end)
{
	struct stargz_error inner = { "" };
	const struct sgz_context ctx = sgz_context_inner(w->ctx, &inner);
	int ret = list_wants(w, from, to);

	if (ret)
		return ret;
	ret = walk_run(w, &ctx, before, end);
	if (ret == -EUCLEAN || ret == -E2BIG) {
		close_stream(w);
		ret = 0;
	}
	return ret ? sgz_fail(w->ctx, ret, "%s", inner.text) : 0;
}

static int walk_all(struct walk *w)
{
	const struct sgz_entry *before = NULL;
	size_t count = w->toc->entries.count, from = 0;
	bool lossy = false;

	for (size_t i = 0; i < count; i++) {
		const struct sgz_entry *entry = sgz_toc_entry(w->toc, i);

		lossy |= entry->flags & LOSSY;
		if (!ends_run(w, entry, before) && i + 1 < count)
			continue;
		if (lossy) {
			int ret = try_run(w, from, i, before, entry);

			if (ret)
				return ret;
		}
		before = entry;
		from = i + 1;
		lossy = false;
	}
	return 0;
}

/*
 * A file may have the name of a later hard link, if another file replaced its
 * own name. So look for the remaining headers in the whole tar, once.
 */
static int walk_again(struct walk *w)
{
	const uint8_t left = w->skipped ? LOSSY : SGZ_LOSSY_NAME;
	size_t count = w->toc->entries.count;

	for (size_t i = 0; i < count; i++) {
		if (!(sgz_toc_entry(w->toc, i)->flags & left))
			continue;
		close_stream(w);
		w->reached = 0;
		return try_run(w, 0, count - 1, NULL, NULL);
	}
	return 0;
}

static int compare_founds(const void *left, const void *right)
{
	const struct want *a = left, *b = right;

	return compare_names(a->name, a->len, b->name, b->len);
}

/* In the TOC, a hard link may have another target than in the tar. */
static void redirect(struct walk *w, struct sgz_entry *entry)
{
	const struct want key = { .name = entry->link,
		.len = entry->link_len };
	const struct want *found;

	if (!(entry->flags & SGZ_HARDLINK) || !(entry->flags & SGZ_LOSSY_LINK))
		return;
	found = bsearch(&key, w->founds.data, w->founds.count, sizeof(key),
			compare_founds);
	if (!found)
		return;
	entry->link = sgz_toc_entry(w->toc, found->entry)->name;
	entry->link_len = sgz_toc_entry(w->toc, found->entry)->name_len;
	entry->flags &= ~SGZ_LOSSY_LINK;
}

static void finish(struct walk *w)
{
	if (w->founds.count)
		qsort(w->founds.data, w->founds.count, sizeof(struct want),
		      compare_founds);
	for (size_t i = 0; i < w->toc->entries.count; i++) {
		struct sgz_entry *entry = sgz_toc_entry(w->toc, i);

		if (w->founds.count)
			redirect(w, entry);
		if (entry->flags & LOSSY)
			sgz_warn(w->ctx, "%s: original name not found in the tar, U+FFFD is kept",
				 sgz_entry_quoted(entry).text);
	}
}

int sgz_truenames_restore(struct sgz_toc *toc, const struct sgz_context *ctx,
			  const struct sgz_blob *blob,
			  enum stargz_codec codec)
{
	struct walk *w = calloc(1, sizeof(*w));
	int ret;

	if (!w)
		return sgz_nomem(ctx);
	w->ctx = ctx;
	w->toc = toc;
	w->blob = blob;
	w->kind = codec == STARGZ_CODEC_ZSTD ? SGZ_FRAMES : SGZ_MEMBERS;
	w->tar.stream = &w->stream;
	ret = walk_all(w);
	if (!ret)
		ret = walk_again(w);
	if (!ret)
		finish(w);
	close_stream(w);
	sgz_tar_close(&w->tar);
	sgz_vec_free(&w->wants);
	sgz_vec_free(&w->founds);
	sgz_vec_free(&w->name);
	free(w);
	return ret;
}
