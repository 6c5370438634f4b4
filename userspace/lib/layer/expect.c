// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Converting headers of a source to entries. This code is independent of the
 * code that writes and reads layers, so comparing with its result finds errors
 * in both.
 */
#include <string.h>

#include "base/path.h"
#include "layer/expect.h"

void sgz_expect_open(struct sgz_expected *e, const struct sgz_context *ctx)
{
	e->toc.raw = true;
	e->ctx = sgz_context_quiet(ctx, ctx->err);
}

static int keep(struct sgz_expected *e, const char *bytes, size_t len,
		bool path, const char **text, uint32_t *text_len)
{
	char *copy = sgz_arena_copy(&e->toc.strings, bytes, len);

	if (!copy)
		return sgz_nomem(&e->ctx);
	*text = copy;
	*text_len = path ? sgz_path_clean(copy, copy, len) : len;
	return 0;
}

static int keep_xattrs(struct sgz_expected *e, const struct sgz_vec *from,
		       uint32_t *id)
{
	const struct sgz_xattr *attr = from->data;

	e->attrs.count = 0;
	for (size_t i = 0; i < from->count; i++) {
		struct sgz_xattr *to;

		if (!sgz_xattr_wanted(&attr[i], &e->ctx, e->toc.raw, ""))
			continue;
		to = sgz_vec_add(&e->attrs, 1, sizeof(*to));
		if (!to)
			return sgz_nomem(&e->ctx);
		*to = attr[i];
	}
	return sgz_xattr_pool_add(&e->toc.xattrs, &e->ctx, e->attrs.data,
				  e->attrs.count, id);
}

static int keep_attributes(struct sgz_expected *e, struct sgz_entry *entry,
			   const struct sgz_tar_header *h)
{
	if (!sgz_vec_add(&e->toc.file_digests, 1, sizeof(struct sgz_digest)))
		return sgz_nomem(&e->ctx);
	if (entry->flags & SGZ_HARDLINK)
		return 0;
	entry->mode |= h->mode;
	entry->uid = h->uid;
	entry->gid = h->gid;
	entry->mtime = h->mtime;
	if (sgz_entry_is(entry, S_IFREG))
		entry->size = h->file_size;
	if (sgz_entry_is(entry, S_IFCHR) || sgz_entry_is(entry, S_IFBLK)) {
		entry->a = h->major;
		entry->b = h->minor;
	}
	return keep_xattrs(e, &h->pax.xattrs, &entry->xattr);
}

int sgz_expect(struct sgz_expected *e, const struct sgz_tar_header *h,
	       mode_t type, uint64_t record)
{
	struct sgz_entry entry = { .mode = type }, *to;
	uint64_t *first;
	int ret;

	entry.flags = sgz_absolute_flags(h->name, h->name_len, h->link,
					 h->link_len);
	if (!type)
		entry.flags |= SGZ_HARDLINK;
	ret = keep(e, h->name, h->name_len, true, &entry.name,
		   &entry.name_len);
	if (!ret && (!type || S_ISLNK(type)))
		ret = keep(e, h->link, h->link_len, !type, &entry.link,
			   &entry.link_len);
	if (!ret && e->full)
		ret = keep_attributes(e, &entry, h);
	if (ret)
		return ret;
	if (e->toc.entries.count == SGZ_ENTRIES_MAX)
		return sgz_fail(&e->ctx, -E2BIG, "more than %u entries",
				SGZ_ENTRIES_MAX);
	to = sgz_vec_add(&e->toc.entries, 1, sizeof(*to));
	first = sgz_vec_add(&e->first, 1, sizeof(*first));
	if (!to || !first)
		return sgz_nomem(&e->ctx);
	*to = entry;
	*first = record;
	return 0;
}

void sgz_expect_digest(struct sgz_expected *e,
		       const uint8_t sha256[STARGZ_SHA256_LEN])
{
	struct sgz_digest *digest = e->toc.file_digests.data;

	if (!e->full)
		return;
	digest += e->toc.file_digests.count - 1;
	digest->set = true;
	memcpy(digest->sha256, sha256, STARGZ_SHA256_LEN);
}

void sgz_expect_close(struct sgz_expected *e)
{
	sgz_toc_free(&e->toc);
	sgz_vec_free(&e->first);
	sgz_vec_free(&e->attrs);
}
