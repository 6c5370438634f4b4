// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * New header blocks. A global header applies to all entries after it, also to
 * entries with new header blocks. So where entries are moved or omitted, global
 * headers are dropped, and all entries get new blocks. Where entries stay in
 * place, global headers stay, and new blocks must override them.
 */
#include <string.h>

#include "source/rewrite.h"
#include "tar/header.h"
#include "tar/writer.h"

/*
 * Returns 1 if there is a global header among the blocks, 0 or -ENOMEM. Appends
 * the blocks of all global headers to @keep, unless it is NULL.
 */
static int find_globals(const char *head, size_t len, struct sgz_vec *keep)
{
	const struct sgz_ustar *u;
	size_t at = 0, blocks;
	int found = 0;
	int64_t size;

	for (; at + SGZ_TAR_BLOCK <= len; at += blocks) {
		char *to;

		u = (const struct sgz_ustar *)(head + at);
		if (!strchr("gxLK", u->type) || !u->type ||
		    sgz_tar_number(u->size, sizeof(u->size), &size) ||
		    size < 0 || (uint64_t)size > len)
			break;
		blocks = SGZ_TAR_BLOCK + size + sgz_tar_padding(size);
		if (u->type != 'g')
			continue;
		found = 1;
		if (!keep || blocks > len - at)
			continue;
		to = sgz_vec_add(keep, blocks, 1);
		if (!to)
			return -ENOMEM;
		memcpy(to, u, blocks);
	}
	return found;
}

int sgz_rewrite(struct sgz_rewriter *rw, struct sgz_source_entry *entry,
		const struct sgz_tar_header *h)
{
	bool keep = rw->stay && h;
	int ret;

	rw->head.count = 0;
	ret = find_globals(entry->head, entry->head_len,
			   keep ? &rw->head : NULL);
	if (ret < 0)
		return sgz_nomem(rw->ctx);
	rw->globals |= ret;
	if (!h && (!rw->globals || rw->stay))
		return 0;
	if (h)
		entry->h = h;
	ret = keep && rw->globals ? sgz_tar_write_all(&rw->head, entry->h) :
				    sgz_tar_write(&rw->head, entry->h);
	if (ret)
		return sgz_nomem(rw->ctx);
	entry->head = rw->head.data;
	entry->head_len = rw->head.count;
	return 0;
}

void sgz_rewriter_free(struct sgz_rewriter *rw)
{
	sgz_vec_free(&rw->head);
}

static ssize_t pull(struct sgz_stream *s, const uint8_t **bytes)
{
	struct sgz_head_reader *hr = s->source;
	size_t len = hr->bytes.count;

	*bytes = hr->bytes.data;
	hr->bytes.count = 0;
	return len;
}

int sgz_head_read(struct sgz_head_reader *hr, const struct sgz_context *ctx)
{
	int ret;

	hr->blob.size = hr->bytes.count;
	sgz_stream_from(&hr->stream, ctx, &hr->blob, pull, hr);
	hr->tar.stream = &hr->stream;
	hr->tar.pos = 0;
	ret = sgz_tar_next(&hr->tar);
	return ret ? (ret < 0 ? ret : 0) :
		     sgz_tar_damaged(&hr->tar, "a stored header is missing");
}

void sgz_head_reader_free(struct sgz_head_reader *hr)
{
	sgz_tar_close(&hr->tar);
	sgz_vec_free(&hr->bytes);
}
