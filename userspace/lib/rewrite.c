// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * New header blocks. What a global header says holds for all entries after it,
 * also for those that have got blocks which do not count on it. So it is left
 * out, and all of them get blocks of their own.
 */
#include <string.h>

#include "rewrite.h"
#include "tarheader.h"
#include "tarwrite.h"

/* Is there a global header among the blocks? */
static bool has_globals(const char *head, size_t len)
{
	const struct sgz_ustar *u;
	int64_t size;

	for (size_t at = 0; at + SGZ_TAR_BLOCK <= len;) {
		u = (const struct sgz_ustar *)(head + at);
		if (u->type == 'g')
			return true;
		if (!strchr("xLK", u->type) || !u->type ||
		    sgz_tar_number(u->size, sizeof(u->size), &size) ||
		    size < 0 || (uint64_t)size > len)
			return false;
		at += SGZ_TAR_BLOCK + size + sgz_tar_padding(size);
	}
	return false;
}

int sgz_rewrite(struct sgz_rewriter *rw, struct sgz_source_entry *entry,
		const struct sgz_tar_header *h)
{
	if (has_globals(entry->head, entry->head_len))
		rw->globals = true;
	if (!h && !rw->globals)
		return 0;
	if (h)
		entry->h = h;
	rw->head.count = 0;
	if (sgz_tar_write(&rw->head, entry->h))
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
		     sgz_tar_damaged(&hr->tar, "no header where one was kept");
}

void sgz_head_reader_free(struct sgz_head_reader *hr)
{
	sgz_tar_close(&hr->tar);
	sgz_vec_free(&hr->bytes);
}
