// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Producers replace bytes that are not UTF-8 by U+FFFD when they write the
 * TOC. The entries of the TOC are in the order of the tar, and the tar headers
 * of a run of entries without content, and of the one with content that ends
 * it, follow the content before the run. So only that stretch is decoded, and
 * its headers are matched with the entries one after the other.
 */
#include <stdlib.h>
#include <string.h>

#include "path.h"
#include "tar.h"
#include "truenames.h"

#define LOSSY	(SGZ_LOSSY_NAME | SGZ_LOSSY_LINK | SGZ_LOSSY_XATTR)

struct walk {
	const struct sgz_context *ctx;
	struct sgz_toc *toc;
	const struct sgz_blob *blob;
	enum sgz_stream_kind kind;
	struct sgz_stream stream;
	bool open;
	struct sgz_tar tar;
};

static bool has_content(const struct sgz_entry *entry)
{
	return sgz_entry_is(entry, S_IFREG) && entry->b;
}

/* Stand at the header that follows the content of @before. */
static int seek(struct walk *w, const struct sgz_context *ctx,
		const struct sgz_entry *before)
{
	uint64_t member = 0, target = 0;
	int ret;

	if (before) {
		const struct sgz_chunk *last =
			sgz_toc_chunk(w->toc, before->a + before->b - 1);

		member = last->unit;
		target = last->inner + last->size +
			 sgz_tar_padding(before->size);
	}
	/* In a member shared by many files, go on where the last run ended. */
	if (!w->open || w->stream.member != member ||
	    w->stream.decoded > target) {
		if (w->open)
			sgz_stream_close(&w->stream);
		ret = sgz_stream_open(&w->stream, ctx, w->blob, member,
				      w->toc->data_end, w->kind);
		w->open = true;
		if (ret)
			return ret;
	}
	w->stream.ctx = ctx;
	return sgz_stream_skip(&w->stream, target - w->stream.decoded);
}

/* Keep the cleaned form of a path of the tar. */
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

/* The attribute with its true name, if the header has one that fits. */
static const struct sgz_xattr *true_xattr(const struct sgz_tar_header *h,
					  const struct sgz_xattr *attr)
{
	const struct sgz_xattr *p = h->pax.xattrs.data;

	for (size_t i = 0; i < h->pax.xattrs.count; i++, p++)
		if (sgz_lossy_equal(attr->name, attr->name_len, p->name,
				    p->name_len))
			return p;
	return NULL;
}

static int restore_xattrs(struct walk *w, struct sgz_entry *entry)
{
	struct sgz_xattr_pool *pool = &w->toc->xattrs;
	struct sgz_arena copies = { 0 };
	struct sgz_vec attrs = { 0 };
	struct sgz_xattr *attr;
	int ret;

	ret = sgz_xattr_pool_get(pool, entry->xattr, &copies, &attrs);
	if (ret) {
		ret = sgz_nomem(w->stream.ctx);
		goto out;
	}
	entry->flags &= ~SGZ_LOSSY_XATTR;
	attr = attrs.data;
	for (size_t i = 0; i < attrs.count; i++, attr++) {
		const struct sgz_xattr *true_one =
			true_xattr(&w->tar.h, attr);

		if (true_one) {
			attr->name = true_one->name;
			attr->name_len = true_one->name_len;
		} else if (sgz_has_replacement(attr->name, attr->name_len)) {
			entry->flags |= SGZ_LOSSY_XATTR;
		}
	}
	ret = sgz_xattr_pool_add(pool, w->stream.ctx, attrs.data, attrs.count,
				 &entry->xattr);
out:
	sgz_vec_free(&attrs);
	sgz_arena_free(&copies);
	return ret;
}

/* Is the header that of the entry? Then take from it what was lost. */
static int match(struct walk *w, struct sgz_entry *entry, bool *matched)
{
	const struct sgz_tar_header *h = &w->tar.h;
	const char *name = NULL;
	uint32_t len = 0;
	int ret;

	ret = replace(w, &name, &len, h->name, h->name_len, true);
	*matched = !ret && sgz_lossy_equal(entry->name, entry->name_len,
					   name, len);
	if (!*matched)
		return ret;
	entry->name = name;
	entry->name_len = len;
	entry->flags &= ~SGZ_LOSSY_NAME;
	if (!ret && entry->flags & SGZ_LOSSY_LINK)
		ret = restore_link(w, entry);
	if (!ret && entry->flags & SGZ_LOSSY_XATTR)
		ret = restore_xattrs(w, entry);
	return ret;
}

/* Entries [from, to] of the TOC; @before is the last content before them. */
static int walk_run(struct walk *w, const struct sgz_context *ctx, size_t from,
		    size_t to, const struct sgz_entry *before)
{
	int ret;

	ret = seek(w, ctx, before);
	while (!ret && from <= to) {
		bool matched;

		ret = sgz_tar_next(&w->tar);
		if (ret <= 0)
			return ret;
		ret = match(w, sgz_toc_entry(w->toc, from), &matched);
		if (ret)
			return ret;
		from += matched;
		if (w->tar.h.size)
			break;
	}
	return ret;
}

/* A run that cannot be decoded only costs its names. */
static int try_run(struct walk *w, size_t from, size_t to,
		   const struct sgz_entry *before)
{
	struct stargz_error inner = { "" };
	const struct sgz_context ctx = { w->ctx->opt, &inner };
	int ret;

	ret = walk_run(w, &ctx, from, to, before);
	if (ret == -EUCLEAN || ret == -E2BIG) {
		sgz_stream_close(&w->stream);
		w->open = false;
		ret = 0;
	}
	if (ret)
		return sgz_fail(w->ctx, ret, "%s", inner.text);
	for (; from <= to; from++) {
		const struct sgz_entry *entry = sgz_toc_entry(w->toc, from);

		if (entry->flags & LOSSY)
			sgz_warn(w->ctx, "%s: true name not found in the tar, U+FFFD is kept",
				 sgz_entry_quoted(entry).text);
	}
	return 0;
}

static int walk_all(struct walk *w)
{
	const struct sgz_entry *before = NULL;
	size_t count = w->toc->entries.count, from = 0;
	bool wanted = false;

	for (size_t i = 0; i < count; i++) {
		const struct sgz_entry *entry = sgz_toc_entry(w->toc, i);

		wanted |= entry->flags & LOSSY;
		if (!has_content(entry) && i + 1 < count)
			continue;
		if (wanted) {
			int ret = try_run(w, from, i, before);

			if (ret)
				return ret;
		}
		before = entry;
		from = i + 1;
		wanted = false;
	}
	return 0;
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
	if (w->open)
		sgz_stream_close(&w->stream);
	sgz_tar_close(&w->tar);
	free(w);
	return ret;
}
