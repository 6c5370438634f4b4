// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Decoding and caching spans. A compressed span is decoded as a whole, as in
 * the kernel; of a stored one, only the requested bytes are read. The last
 * spans are cached, because consecutive files of a layer share them.
 */
#include <libdeflate.h>
#include <stdlib.h>

#include "content/span.h"
#include "index/records.h"

static_assert(SGZ_GZINPUT_SIZE >= STARGZ_DIGEST_SIZE);

struct sgz_spanread *sgz_spanread_open(const struct sgz_context *ctx,
				       const struct sgz_index *index,
				       struct sgz_blob *blobs)
{
	struct sgz_spanread *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->ctx = ctx;
	r->index = index;
	r->blobs = blobs;
	r->limit = SGZ_SPANREAD_BYTES;
	return r;
}

void sgz_spanread_close(struct sgz_spanread *r)
{
	if (!r)
		return;
	for (int i = 0; i < SGZ_SPANREAD_KEPT; i++)
		free(r->kept[i].data);
	ZSTD_freeDCtx(r->zstd);
	if (r->sha.md)
		sgz_sha256_close(&r->sha);
	free(r);
}

int sgz_span_damaged(const struct sgz_spanread *r, uint32_t nr,
		     const char *why)
{
	const struct stargz_span *span = sgz_span(r->index, nr);

	return sgz_fail(r->ctx, -EUCLEAN, "span %u at offset %llu of blob %u: %s",
			nr, (unsigned long long)le64toh(span->start),
			le16toh(span->blob), why);
}

static struct sgz_blob *blob_of(const struct sgz_spanread *r, uint32_t nr)
{
	return &r->blobs[le16toh(sgz_span(r->index, nr)->blob)];
}

static int have_blob(const struct sgz_spanread *r, uint32_t nr)
{
	if (blob_of(r, nr)->fd >= 0)
		return 0;
	return sgz_fail(r->ctx, -ENODATA, "blob %u is missing (--device)",
			le16toh(sgz_span(r->index, nr)->blob));
}

static struct sgz_kept_span *find_kept(struct sgz_spanread *r, uint32_t nr)
{
	for (int i = 0; i < SGZ_SPANREAD_KEPT; i++)
		if (r->kept[i].data && r->kept[i].nr == nr)
			return &r->kept[i];
	return NULL;
}

static void drop(struct sgz_kept_span *kept)
{
	free(kept->data);
	kept->data = NULL;
	kept->room = 0;
	kept->used = 0;
}

/* The least recently used slot; empty slots come first. */
static struct sgz_kept_span *find_oldest(struct sgz_spanread *r)
{
	struct sgz_kept_span *oldest = r->kept;

	for (int i = 1; i < SGZ_SPANREAD_KEPT; i++)
		if (r->kept[i].used < oldest->used)
			oldest = &r->kept[i];
	return oldest;
}

static size_t bytes_kept(const struct sgz_spanread *r)
{
	size_t sum = 0;

	for (int i = 0; i < SGZ_SPANREAD_KEPT; i++)
		sum += r->kept[i].room;
	return sum;
}

/* Drop the least recently used span. */
static void drop_oldest(struct sgz_spanread *r)
{
	struct sgz_kept_span *oldest = NULL;

	for (int i = 0; i < SGZ_SPANREAD_KEPT; i++)
		if (r->kept[i].data &&
		    (!oldest || r->kept[i].used < oldest->used))
			oldest = &r->kept[i];
	if (oldest)
		drop(oldest);
}

static struct sgz_kept_span *make_room(struct sgz_spanread *r, size_t len)
{
	struct sgz_kept_span *kept;
	size_t sum;

	while ((sum = bytes_kept(r)) && sum + len > r->limit)
		drop_oldest(r);
	kept = find_oldest(r);
	drop(kept);
	kept->data = malloc(len);
	if (!kept->data)
		return NULL;
	kept->room = len;
	return kept;
}

static int check_pieces(struct sgz_spanread *r, uint32_t nr,
			uint64_t pos, const uint8_t *data, size_t len)
{
	const struct stargz_span *span = sgz_span(r->index, nr);
	uint32_t piece = pos / STARGZ_PIECE_SIZE;

	if (!(span->flags & STARGZ_SPAN_CHECKED))
		return 0;
	for (; len; piece++) {
		size_t n = len < STARGZ_PIECE_SIZE ? len : STARGZ_PIECE_SIZE;

		if (libdeflate_crc32(0, data, n) !=
		    sgz_span_crc(r->index, span, piece)) {
			r->bad_pos = (uint64_t)piece * STARGZ_PIECE_SIZE;
			r->bad_len = n;
			return sgz_span_damaged(r, nr, "the content does not have the checksum in the index");
		}
		data += n;
		len -= n;
	}
	return 0;
}

static int wrong_digest(struct sgz_spanread *r, uint32_t nr, uint64_t pos,
			size_t len)
{
	char why[100];

	r->bad_pos = pos;
	r->bad_len = len;
	snprintf(why, sizeof(why),
		 "bytes %llu to %llu do not have the digest in the index",
		 (unsigned long long)pos, (unsigned long long)pos + len - 1);
	return sgz_span_damaged(r, nr, why);
}

static int check_digests(struct sgz_spanread *r, uint32_t nr, uint64_t pos,
			 const uint8_t *data, size_t len)
{
	const struct stargz_digest *want;
	uint8_t have[STARGZ_HASH_SIZE];
	int ret = 0;

	if (!sgz_has_digests(r->index))
		return 0;
	if (!r->sha.md)
		ret = sgz_sha256_open(&r->sha, r->ctx);
	want = sgz_span_sha256(r->index, nr) + pos / STARGZ_DIGEST_SIZE;
	for (; !ret && len; want++) {
		size_t n = len < STARGZ_DIGEST_SIZE ? len : STARGZ_DIGEST_SIZE;

		sgz_sha256_add(&r->sha, data, n);
		sgz_sha256_get(&r->sha, have);
		if (memcmp(have, want->sha256, sizeof(have)))
			return wrong_digest(r, nr, pos, n);
		data += n;
		pos += n;
		len -= n;
	}
	return ret;
}

/* Compare decoded bytes, from the start of a digest on, with the index. */
static int check_bytes(struct sgz_spanread *r, uint32_t nr, uint64_t pos,
		       const uint8_t *data, size_t len)
{
	int ret = check_pieces(r, nr, pos, data, len);

	return ret ? ret : check_digests(r, nr, pos, data, len);
}

int sgz_spanread_whole(struct sgz_spanread *r, uint32_t nr,
		       const uint8_t **data)
{
	const struct stargz_span *span = sgz_span(r->index, nr);
	struct sgz_kept_span *kept = find_kept(r, nr);
	int ret;

	if (!kept) {
		ret = have_blob(r, nr);
		if (ret)
			return ret;
		kept = make_room(r, le32toh(span->ulen));
		if (!kept)
			return sgz_nomem(r->ctx);
		r->bad_len = 0;
		ret = span->codec == STARGZ_CODEC_ZSTD ?
			sgz_span_zstd(r, nr, kept->data) :
			sgz_span_gzip(r, nr, kept->data);
		if (!ret)
			ret = check_bytes(r, nr, 0, kept->data,
					  le32toh(span->ulen));
		if (ret) {
			drop(kept);
			return ret;
		}
		kept->nr = nr;
	}
	kept->used = ++r->clock;
	*data = kept->data;
	return 0;
}

int sgz_spanread_bytes(struct sgz_spanread *r, uint32_t nr, uint64_t offset,
		       void *buf, size_t len)
{
	const struct stargz_span *span = sgz_span(r->index, nr);
	const uint8_t *data;
	int ret;

	if (span->codec == STARGZ_CODEC_STORED) {
		ret = have_blob(r, nr);
		if (ret)
			return ret;
		return sgz_blob_read(blob_of(r, nr), r->ctx,
				     le64toh(span->start) + offset, buf, len);
	}
	ret = sgz_spanread_whole(r, nr, &data);
	if (!ret)
		memcpy(buf, data + offset, len);
	return ret;
}

bool sgz_spanread_checks(const struct sgz_spanread *r, uint32_t nr)
{
	return sgz_span(r->index, nr)->flags & STARGZ_SPAN_CHECKED ||
	       sgz_has_digests(r->index);
}

int sgz_spanread_part(struct sgz_spanread *r, uint32_t nr, uint64_t pos,
		      size_t len)
{
	int ret;

	r->bad_len = 0;
	ret = sgz_spanread_bytes(r, nr, pos, r->in.buf, len);
	return ret ? ret : check_bytes(r, nr, pos, r->in.buf, len);
}
