// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Units are decoded one by one, each once and to its end, so that its
 * checksum is verified too; then every chunk in it is compared. Files in
 * several chunks of which only the whole has a digest come after that.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "stream.h"

/* A chunk and the file it belongs to. */
struct ref {
	const struct sgz_chunk *chunk;
	uint32_t number;
	uint32_t entry;
};

struct checker {
	const struct sgz_context *ctx;
	const struct sgz_toc *toc;
	const struct sgz_spans *spans;
	const struct sgz_blob *blob;
	struct sgz_vec refs;
	struct sgz_sha256 sha;
	struct sgz_stream stream;
	struct sgz_vec data;	/* the decoded unit */
};

static int compare(const void *left, const void *right)
{
	const struct ref *a = left, *b = right;

	if (a->chunk->unit != b->chunk->unit)
		return a->chunk->unit < b->chunk->unit ? -1 : 1;
	return (a->number > b->number) - (a->number < b->number);
}

static bool is_shown_file(const struct sgz_entry *entry)
{
	return sgz_entry_is(entry, S_IFREG) && entry->ino;
}

static int collect(struct checker *c)
{
	for (size_t i = 0; i < c->toc->entries.count; i++) {
		const struct sgz_entry *entry = sgz_toc_entry(c->toc, i);

		if (!is_shown_file(entry))
			continue;
		for (uint32_t k = 0; k < entry->b; k++) {
			struct ref *ref;

			if (sgz_toc_chunk(c->toc, entry->a + k)->zeroes)
				continue;
			ref = sgz_vec_add(&c->refs, 1, sizeof(*ref));
			if (!ref)
				return sgz_nomem(c->ctx);
			ref->number = entry->a + k;
			ref->chunk = sgz_toc_chunk(c->toc, ref->number);
			ref->entry = i;
		}
	}
	if (c->refs.count)
		qsort(c->refs.data, c->refs.count, sizeof(struct ref), compare);
	return 0;
}

static const struct sgz_digest *file_digest(const struct checker *c, size_t i)
{
	return (const struct sgz_digest *)c->toc->file_digests.data + i;
}

static const struct sgz_digest *chunk_digest(const struct checker *c, size_t i)
{
	return (const struct sgz_digest *)c->toc->chunk_digests.data + i;
}

static int differs(const struct checker *c, const struct sgz_entry *entry)
{
	return sgz_fail(c->ctx, -EBADMSG,
			"%s: the content does not have the digest that the TOC gives",
			sgz_entry_quoted(entry).text);
}

static int compare_digest(struct checker *c, const struct sgz_entry *entry,
			  const struct sgz_digest *want)
{
	uint8_t have[SGZ_SHA256_LEN];

	sgz_sha256_get(&c->sha, have);
	if (memcmp(have, want->sha256, sizeof(have)))
		return differs(c, entry);
	return 0;
}

/* How much of a unit that ends with span @s is used. */
static uint64_t used_bytes(const struct sgz_span *s)
{
	while (!(s->flags & SGZ_SPAN_USED))
		s--;
	return s->out + s->ulen;
}

/* The first bytes of a unit into c->data; then, if asked, to its end. */
static int decode(struct checker *c, const struct sgz_context *ctx,
		  uint64_t start, bool whole)
{
	const struct sgz_span *end = sgz_spans_find(c->spans, start,
						    UINT64_MAX);
	uint64_t ulen = used_bytes(end);
	char rest[16 << 10];
	ssize_t n = 0;

	c->data.count = 0;
	if (!sgz_vec_add(&c->data, ulen, 1))
		return sgz_nomem(ctx);
	n = sgz_stream_open(&c->stream, ctx, c->blob, start,
			    end->start + end->clen,
			    end->codec == STARGZ_CODEC_ZSTD ? SGZ_FRAMES :
							      SGZ_MEMBER);
	if (!n)
		n = sgz_stream_full(&c->stream, c->data.data, ulen);
	while (whole && !n) {
		n = sgz_stream_read(&c->stream, rest, sizeof(rest));
		if (!n)
			break;
		n = n < 0 ? n : 0;
	}
	sgz_stream_close(&c->stream);
	return n;
}

/* The same, with the file named when it fails. */
static int decode_for(struct checker *c, const struct sgz_entry *entry,
		      uint64_t start, bool whole)
{
	struct stargz_error inner;
	const struct sgz_context ctx = { c->ctx->opt, &inner };
	int ret = decode(c, &ctx, start, whole);

	if (ret)
		sgz_fail(c->ctx, ret, "%s: %s", sgz_entry_quoted(entry).text,
			 inner.text);
	return ret;
}

static int check_chunk(struct checker *c, const struct ref *ref)
{
	const struct sgz_entry *entry = sgz_toc_entry(c->toc, ref->entry);
	const struct sgz_digest *want = chunk_digest(c, ref->number);

	if (!want->set && entry->b == 1)
		want = file_digest(c, ref->entry);
	if (!want->set)
		return 0;
	sgz_sha256_add(&c->sha, (char *)c->data.data + ref->chunk->inner,
		       ref->chunk->size);
	return compare_digest(c, entry, want);
}

static int check_units(struct checker *c)
{
	const struct ref *ref = c->refs.data;
	uint64_t at = UINT64_MAX;
	int ret;

	for (size_t i = 0; i < c->refs.count; i++, ref++) {
		if (ref->chunk->unit != at) {
			at = ref->chunk->unit;
			sgz_progress(c->ctx, at, c->toc->data_end);
			ret = decode_for(c, sgz_toc_entry(c->toc, ref->entry),
					 at, true);
			if (ret)
				return ret;
		}
		ret = check_chunk(c, ref);
		if (ret)
			return ret;
	}
	return 0;
}

static void add_zeroes(struct checker *c, uint64_t size)
{
	static const char zeroes[16 << 10];

	for (; size > sizeof(zeroes); size -= sizeof(zeroes))
		sgz_sha256_add(&c->sha, zeroes, sizeof(zeroes));
	sgz_sha256_add(&c->sha, zeroes, size);
}

static int check_whole_file(struct checker *c, uint32_t number)
{
	const struct sgz_entry *entry = sgz_toc_entry(c->toc, number);

	for (uint32_t k = 0; k < entry->b; k++) {
		const struct sgz_chunk *chunk =
			sgz_toc_chunk(c->toc, entry->a + k);
		int ret;

		if (chunk->zeroes) {
			add_zeroes(c, chunk->size);
			continue;
		}
		ret = decode_for(c, entry, chunk->unit, false);
		if (ret)
			return ret;
		sgz_sha256_add(&c->sha, (char *)c->data.data + chunk->inner,
			       chunk->size);
	}
	return compare_digest(c, entry, file_digest(c, number));
}

/* Is the digest of the whole file all there is to compare with? */
static bool is_whole(const struct checker *c, uint32_t number)
{
	const struct sgz_entry *entry = sgz_toc_entry(c->toc, number);

	if (!is_shown_file(entry) || !file_digest(c, number)->set)
		return false;
	for (uint32_t k = 0; k < entry->b; k++) {
		uint32_t i = entry->a + k;

		if (sgz_toc_chunk(c->toc, i)->zeroes ||
		    (entry->b > 1 && !chunk_digest(c, i)->set))
			return true;
	}
	return !entry->b;
}

/* Files whose chunks have no digests, but which have one as a whole. */
static int check_whole_files(struct checker *c)
{
	for (uint32_t i = 0; i < c->toc->entries.count; i++) {
		int ret = is_whole(c, i) ? check_whole_file(c, i) : 0;

		if (ret)
			return ret;
	}
	return 0;
}

int sgz_check_content(const struct sgz_context *ctx, const struct sgz_toc *toc,
		      const struct sgz_spans *spans,
		      const struct sgz_blob *blob)
{
	struct checker *c;
	int ret;

	/* Without a TOC there are no digests; reading has checked the rest. */
	if (!toc->file_digests.count)
		return 0;
	c = calloc(1, sizeof(*c));
	if (!c)
		return sgz_nomem(ctx);
	c->ctx = ctx;
	c->toc = toc;
	c->spans = spans;
	c->blob = blob;
	ret = sgz_sha256_open(&c->sha, ctx);
	if (ret)
		goto out;
	ret = collect(c);
	if (!ret)
		ret = check_units(c);
	if (!ret)
		ret = check_whole_files(c);
	sgz_sha256_close(&c->sha);
	sgz_vec_free(&c->refs);
	sgz_vec_free(&c->data);
out:
	free(c);
	return ret;
}
