// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * The tar is read once from start to end, so it may be a pipe.
 */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "format/plain_tar.h"
#include "format/targz.h"
#include "format/zstd_tar.h"
#include "index/read.h"
#include "source/from_tar.h"
#include "source/owner_names.h"
#include "source/rewrite.h"
#include "tar/header.h"
#include "tar/odd.h"
#include "tar/odd_report.h"

struct tar_source {
	struct sgz_source source;
	const struct sgz_context *ctx;
	struct sgz_stream stream;
	struct sgz_tar tar;
	struct sgz_vec head;
	struct sgz_owner_names owners;
	struct sgz_acl_names names;
	struct sgz_rewriter rw;
	bool warned;
	uint64_t left;		/* bytes of the payload and its padding */
	size_t given;		/* bytes of the end of the archive */
	bool end;
	bool empty;		/* no entry so far */
};

/* Write IDs instead of names, so that readers need not look them up. */
static int write_owners(struct tar_source *t, struct sgz_source_entry *entry)
{
	if (!t->warned)
		sgz_warn(t->ctx, "%s: access control list contains names; their IDs are looked up on this system",
			 sgz_quote(entry->h->name, entry->h->name_len).text);
	t->warned = true;
	return sgz_rewrite(&t->rw, entry, entry->h);
}

static int next(struct sgz_source *source, struct sgz_source_entry *entry)
{
	struct tar_source *t = (struct tar_source *)source;
	const struct sgz_tar_header *h = &t->tar.h;
	int ret;

	do {
		ret = sgz_tar_skip(&t->tar, t->left);
		t->left = 0;
		t->head.count = 0;
		if (!ret)
			ret = sgz_tar_next(&t->tar);
		t->end = ret <= 0;
		if (t->end)
			return ret;
		t->empty = false;
		t->left = h->size + sgz_tar_padding(h->size);
		sgz_stream_progress(&t->stream);
		sgz_tar_warn(&t->tar.h, t->tar.stream->ctx);
	} while (sgz_path_is_own(h->name, h->name_len));
	entry->h = h;
	entry->head = t->head.data;
	entry->head_len = t->head.count;
	ret = h->looked_up ? write_owners(t, entry) : 0;
	return ret ? ret : 1;
}

static int not_a_tar(const struct sgz_context *ctx, const struct sgz_blob *blob)
{
	if (sgz_is_index(blob->head, blob->head_len))
		return sgz_fail(ctx, -EINVAL,
				"an index, not a layer or a tar; give the layer");
	return sgz_fail(ctx, -EINVAL,
			"neither a tar nor a tar compressed with gzip or zstd");
}

/*
 * Read what follows the blocks that mark the end. Only padding may follow an
 * archive without entries.
 */
static ssize_t read_rest(struct tar_source *t, char *buf, size_t len)
{
	ssize_t n = sgz_stream_read(&t->stream, buf, len);

	for (ssize_t i = 0; t->empty && i < n; i++)
		if (buf[i])
			return not_a_tar(t->ctx, t->stream.blob);
	if (!n && t->stream.rest)
		sgz_warn(t->ctx, "garbage after the gzip data, from offset %llu on, is ignored",
			 (unsigned long long)t->stream.rest);
	t->stream.rest = n ? t->stream.rest : 0;
	return n;
}

/* Read the end of the archive: the blocks that mark it, and all after them. */
static ssize_t read_end(struct tar_source *t, void *buf, size_t len)
{
	if (t->given == t->head.count)
		return read_rest(t, buf, len);
	if (len > t->head.count - t->given)
		len = t->head.count - t->given;
	memcpy(buf, (char *)t->head.data + t->given, len);
	t->given += len;
	return len;
}

static ssize_t read_some(struct sgz_source *source, void *buf, size_t len)
{
	struct tar_source *t = (struct tar_source *)source;
	ssize_t n;

	if (t->end)
		return read_end(t, buf, len);
	if (len > t->left)
		len = t->left;
	if (!len)
		return 0;
	n = sgz_stream_read(&t->stream, buf, len);
	if (!n)
		return sgz_tar_damaged(&t->tar, "cut off in a file");
	if (n < 0)
		return n;
	t->left -= n;
	t->tar.pos += n;
	sgz_stream_progress(&t->stream);
	return n;
}

static void close_source(struct sgz_source *source)
{
	struct tar_source *t = (struct tar_source *)source;

	sgz_tar_close(&t->tar);
	sgz_stream_close(&t->stream);
	sgz_vec_free(&t->head);
	sgz_owner_names_free(&t->owners);
	sgz_rewriter_free(&t->rw);
	free(t);
}

/* The compression of the tar: an enum sgz_stream_kind, or -EINVAL. */
static int find_kind(const struct sgz_blob *blob, const struct sgz_context *ctx)
{
	int plain;

	if (sgz_targz_probe(blob))
		return SGZ_MEMBERS;
	if (sgz_zstdtar_probe(blob, ctx))
		return SGZ_FRAMES;
	if (!blob->pipe)
		plain = sgz_plaintar_probe(blob, ctx);
	else
		/* A tar that starts with zeroes has no entries. */
		plain = blob->head_len == SGZ_TAR_BLOCK &&
			(sgz_tar_is_header(blob->head) || !blob->head[0]);
	if (plain)
		return plain < 0 ? plain : SGZ_PLAIN;
	return not_a_tar(ctx, blob);
}

int sgz_source_tar(struct sgz_source **source, const struct sgz_context *ctx,
		   struct sgz_blob *blob)
{
	struct tar_source *t;
	int kind, ret;

	kind = find_kind(blob, ctx);
	if (kind < 0)
		return kind;
	t = calloc(1, sizeof(*t));
	if (!t)
		return sgz_nomem(ctx);
	t->source.next = next;
	t->source.read = read_some;
	t->source.close = close_source;
	t->ctx = ctx;
	t->empty = true;
	t->tar.stream = &t->stream;
	t->tar.head = &t->head;
	t->tar.names = &t->names;
	t->names.find = sgz_owner_find;
	t->names.data = &t->owners;
	t->rw.ctx = ctx;
	t->rw.stay = true;
	*source = &t->source;
	ret = sgz_stream_whole(&t->stream, ctx, blob, kind);
	if (ret)
		close_source(&t->source);
	return ret;
}
