// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * A member is looked up by its chunks of files and their positions in the table
 * of contents. The table does not cover tar headers, and the layer may be
 * damaged, so a member is decoded and compared before it is copied.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "blob/footer_find.h"
#include "layer/job.h"
#include "layer/padding.h"
#include "layer/reuse.h"
#include "layer/toc_entry.h"
#include "toc/read.h"
#include "toc/toc.h"

/*
 * Maximum number of members to decode to find one, among members whose digests
 * in the TOC match. The first one matches unless the TOC is wrong.
 */
#define TRIES_MAX	4

/* The data of a chunk that is hashed. */
struct part {
	uint64_t inner;
	uint64_t size;
	uint8_t sha256[STARGZ_SHA256_LEN];
};

struct member {
	uint64_t key;
	uint64_t start;
	uint64_t end;		/* upper limit */
	int fd;
};

struct sgz_reuse {
	struct sgz_vec members;	/* sorted by key when ready */
	enum stargz_codec codec;
};

static uint64_t add_part(uint64_t key, const struct part *part)
{
	return sgz_hash(key, part, sizeof(*part));
}

/* Does the padding before @end record the same compression? */
static int same_way(const struct sgz_blob *blob, const struct sgz_context *ctx,
		    const struct sgz_compression *how, uint64_t end)
{
	size_t len = end < SGZ_PADDING_END ? end : SGZ_PADDING_END;
	char buf[SGZ_PADDING_END];
	int ret;

	ret = sgz_blob_read(blob, ctx, end - len, buf, len);
	return ret ? ret : sgz_padding_tells(how, buf, len);
}

struct ref {
	const struct sgz_chunk *chunk;
	const struct sgz_digest *digest;
};

static int compare_refs(const void *left, const void *right)
{
	const struct sgz_chunk *a = ((const struct ref *)left)->chunk;
	const struct sgz_chunk *b = ((const struct ref *)right)->chunk;

	if (a->unit != b->unit)
		return a->unit < b->unit ? -1 : 1;
	return (a->inner > b->inner) - (a->inner < b->inner);
}

static int collect(struct sgz_vec *refs, const struct sgz_toc *toc)
{
	const struct sgz_digest *digest = toc->chunk_digests.data;

	for (size_t i = 0; i < toc->chunks.count; i++) {
		const struct sgz_chunk *chunk = sgz_toc_chunk(toc, i);
		struct ref *ref;

		if (chunk->zeroes)
			continue;
		ref = sgz_vec_add(refs, 1, sizeof(*ref));
		if (!ref)
			return -ENOMEM;
		ref->chunk = chunk;
		ref->digest = &digest[i];
	}
	if (refs->count)
		qsort(refs->data, refs->count, sizeof(struct ref),
		      compare_refs);
	return 0;
}

static int add_members(struct sgz_reuse *reuse, const struct sgz_vec *refs,
		       int fd, uint64_t end)
{
	const struct ref *ref = refs->data;
	struct member *m = NULL;

	for (size_t i = 0; i < refs->count; i++, ref++) {
		struct part part = { .inner = ref->chunk->inner,
			.size = ref->chunk->size };

		memcpy(part.sha256, ref->digest->sha256, sizeof(part.sha256));
		if (!m || m->start != ref->chunk->unit) {
			if (m)
				m->end = ref->chunk->unit;
			m = sgz_vec_add(&reuse->members, 1, sizeof(*m));
			if (!m)
				return -ENOMEM;
			m->start = ref->chunk->unit;
			m->end = end;
			m->fd = fd;
		}
		m->key = add_part(m->key, &part);
	}
	return 0;
}

static int take_toc(struct sgz_reuse *reuse, const struct sgz_context *ctx,
		    const struct sgz_blob *blob,
		    const struct sgz_footer *footer)
{
	const struct sgz_toc_options how = { 0 };
	struct sgz_toc toc = { .digests = true };
	struct sgz_vec refs = { 0 };
	int ret;

	ret = sgz_toc_read(&toc, ctx, &how, blob, footer);
	if (!ret && (collect(&refs, &toc) ||
		     add_members(reuse, &refs, blob->fd, footer->data_end)))
		ret = sgz_nomem(ctx);
	sgz_vec_free(&refs);
	sgz_toc_free(&toc);
	return ret;
}

static int take_layer(struct sgz_reuse *reuse, const struct sgz_context *ctx,
		      const struct sgz_compression *how, int fd)
{
	struct sgz_footer footer;
	struct sgz_blob blob;
	int ret;

	ret = sgz_blob_open(&blob, ctx, fd, 0, 0);
	if (!ret)
		ret = sgz_footer_read(&footer, &blob, ctx, NULL);
	if (ret < 0)
		return ret;
	if (!ret || footer.external)
		return sgz_fail(ctx, -EINVAL,
				"not a layer with a table of contents, so no members can be copied");
	ret = footer.codec == how->codec &&
	      same_way(&blob, ctx, how, footer.data_end);
	if (ret < 0)
		return ret;
	if (ret)
		return take_toc(reuse, ctx, &blob, &footer);
	sgz_warn(ctx, "the layer to reuse has another compression, so no members are copied");
	return 0;
}

int sgz_reuse_add(struct sgz_reuse **reuse, const struct sgz_context *ctx,
		  const struct sgz_compression *how, int fd)
{
	if (!*reuse)
		*reuse = calloc(1, sizeof(**reuse));
	if (!*reuse)
		return sgz_nomem(ctx);
	(*reuse)->codec = how->codec;
	return take_layer(*reuse, ctx, how, fd);
}

static int compare_members(const void *left, const void *right)
{
	const struct member *a = left, *b = right;

	return (a->key > b->key) - (a->key < b->key);
}

void sgz_reuse_ready(struct sgz_reuse *reuse)
{
	if (reuse && reuse->members.count)
		qsort(reuse->members.data, reuse->members.count,
		      sizeof(struct member), compare_members);
}

static uint64_t job_key(const struct sgz_job *job)
{
	const struct sgz_toc_item *r = job->records.data;
	uint64_t key = 0;

	for (size_t i = 0; i < job->records.count; i++, r++) {
		struct part part = { .inner = r->at - job->start,
			.size = r->size };

		if (!r->content)
			continue;
		memcpy(part.sha256, r->sha256, sizeof(part.sha256));
		key = add_part(key, &part);
	}
	return key;
}

/* Read the compressed bytes of a member, and bytes after it. */
static bool read_stored(struct sgz_copier *c, const struct member *m,
			size_t most)
{
	size_t len = m->end - m->start < most ? m->end - m->start : most;
	ssize_t n;

	if (!sgz_vec_room(&c->stored, len))
		return false;
	n = pread(m->fd, c->stored.data, len, m->start);
	return n >= 0 && (size_t)n == len;
}

/* Decode a member; returns its compressed size in bytes, or 0. */
static size_t unpack_gzip(struct sgz_copier *c, size_t len)
{
	size_t used, given;

	if (!c->gzip)
		c->gzip = libdeflate_alloc_decompressor();
	if (!c->gzip ||
	    libdeflate_gzip_decompress_ex(c->gzip, c->stored.data,
					  c->stored.count, c->bytes.data, len,
					  &used, &given) != LIBDEFLATE_SUCCESS)
		return 0;
	return given == len ? used : 0;
}

static size_t unpack_zstd(struct sgz_copier *c, size_t len)
{
	size_t used, given;

	if (!c->zstd)
		c->zstd = ZSTD_createDCtx();
	used = ZSTD_findFrameCompressedSize(c->stored.data, c->stored.count);
	if (!c->zstd || ZSTD_isError(used))
		return 0;
	given = ZSTD_decompressDCtx(c->zstd, c->bytes.data, len,
				    c->stored.data, used);
	return given == len ? used : 0;
}

static bool copy_member(struct sgz_copier *c, enum stargz_codec codec,
			const struct member *m, struct sgz_job *job)
{
	/* No compressor makes longer output. */
	size_t most = ZSTD_compressBound(job->len) + 4096;
	struct sgz_vec out;
	size_t used;

	if (!read_stored(c, m, most))
		return false;
	if (!sgz_vec_room(&c->bytes, job->len))
		return false;
	used = codec == STARGZ_CODEC_ZSTD ? unpack_zstd(c, job->len) :
					    unpack_gzip(c, job->len);
	if (!used || memcmp(c->bytes.data, job->bytes, job->len))
		return false;
	out = job->out;
	job->out = c->stored;
	job->out.count = used;
	c->stored = out;
	return true;
}

bool sgz_reuse_copy(const struct sgz_reuse *reuse, struct sgz_copier *c,
		    struct sgz_job *job)
{
	const struct member *m;
	size_t low = 0, high = reuse ? reuse->members.count : 0;
	uint64_t key;

	if (!high)
		return false;
	key = job_key(job);
	m = reuse->members.data;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (m[mid].key < key)
			low = mid + 1;
		else
			high = mid;
	}
	high = reuse->members.count - low < TRIES_MAX ? reuse->members.count :
							low + TRIES_MAX;
	for (; low < high && m[low].key == key; low++)
		if (copy_member(c, reuse->codec, &m[low], job))
			return true;
	return false;
}

void sgz_copier_close(struct sgz_copier *c)
{
	libdeflate_free_decompressor(c->gzip);
	ZSTD_freeDCtx(c->zstd);
	sgz_vec_free(&c->stored);
	sgz_vec_free(&c->bytes);
}

void sgz_reuse_free(struct sgz_reuse *reuse)
{
	if (reuse)
		sgz_vec_free(&reuse->members);
	free(reuse);
}
