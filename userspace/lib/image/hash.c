// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * A layer is read once, for both digests.
 */
#include <stdlib.h>
#include <string.h>

#include "blob/stream.h"
#include "image/hash.h"

/* Decoded bytes to hash at once. */
#define STEP	(64u << 10)

static enum sgz_stream_kind kind_of(const struct sgz_blob *blob)
{
	static const uint8_t gzip[] = { 0x1f, 0x8b };
	static const uint8_t zstd[] = { 0x28, 0xb5, 0x2f, 0xfd };
	/* zstd:chunked layers may start with a skippable frame. */
	static const uint8_t skippable[] = { 0x2a, 0x4d, 0x18 };

	if (blob->head_len >= 2 && !memcmp(blob->head, gzip, 2))
		return SGZ_MEMBERS;
	if (blob->head_len >= 4 && (!memcmp(blob->head, zstd, 4) ||
				    !memcmp(blob->head + 1, skippable, 3)))
		return SGZ_FRAMES;
	return SGZ_PLAIN;
}

/* Decode all of a stream, and hash the decoded bytes. */
static int decode(struct sgz_layer_hash *hash, struct sgz_stream *stream,
		  struct sgz_sha256 *sha, char *buf)
{
	ssize_t n;

	while ((n = sgz_stream_read(stream, buf, STEP)) > 0) {
		sgz_sha256_add(sha, buf, n);
		hash->tar_size += n;
		sgz_stream_progress(stream);
	}
	return n;
}

/* Decode a layer: the digest of its tar; hashes the layer on the way. */
static int hash_decoded(struct sgz_layer_hash *hash,
			const struct sgz_context *ctx, struct sgz_blob *blob)
{
	struct sgz_stream *stream = malloc(sizeof(*stream));
	char *buf = malloc(STEP);
	struct sgz_sha256 sha = { 0 };
	int ret = stream && buf ? sgz_sha256_open(&sha, ctx) : sgz_nomem(ctx);

	if (!ret) {
		ret = sgz_stream_whole(stream, ctx, blob, kind_of(blob));
		if (!ret)
			ret = decode(hash, stream, &sha, buf);
		sgz_stream_close(stream);
	}
	if (!ret)
		sgz_sha256_get(&sha, hash->diff_id);
	if (sha.md)
		sgz_sha256_close(&sha);
	free(stream);
	free(buf);
	return ret;
}

int sgz_layer_hash(struct sgz_layer_hash *hash, const struct sgz_context *ctx,
		   int fd, const struct sgz_place *place, bool stored_only)
{
	struct sgz_sha256 sha;
	struct sgz_blob blob;
	int ret = sgz_sha256_open(&sha, ctx);

	if (ret)
		return ret;
	memset(hash, 0, sizeof(*hash));
	ret = sgz_blob_open(&blob, ctx, fd, place->start, place->size);
	blob.sha = &sha;
	if (!ret && !stored_only)
		ret = hash_decoded(hash, ctx, &blob);
	if (!ret)
		ret = sgz_blob_digest(&blob, ctx, hash->digest);
	sgz_sha256_close(&sha);
	return ret;
}
