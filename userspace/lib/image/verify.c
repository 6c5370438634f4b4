// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Verifying layers: each is read once, for both digests.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/faults.h"
#include "base/options.h"
#include "base/parallel.h"
#include "blob/stream.h"
#include "image/image.h"

/* Decoded bytes to hash at once. */
#define STEP	(64u << 10)

struct verification {
	const struct stargz_image *image;
	const struct stargz_image_verify_options *opt;
	struct sgz_faults faults;
};

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
static int decode(struct sgz_stream *stream, struct sgz_sha256 *sha, char *buf)
{
	ssize_t n;

	while ((n = sgz_stream_read(stream, buf, STEP)) > 0) {
		sgz_sha256_add(sha, buf, n);
		sgz_stream_progress(stream);
	}
	return n;
}

/* Decode a layer: the digest of its tar; hashes the layer on the way. */
static int hash_decoded(const struct sgz_context *ctx, struct sgz_blob *blob,
			uint8_t diffid[STARGZ_SHA256_LEN])
{
	struct sgz_stream *stream = malloc(sizeof(*stream));
	char *buf = malloc(STEP);
	struct sgz_sha256 sha = { 0 };
	int ret = stream && buf ? sgz_sha256_open(&sha, ctx) : sgz_nomem(ctx);

	if (!ret) {
		ret = sgz_stream_whole(stream, ctx, blob, kind_of(blob));
		if (!ret)
			ret = decode(stream, &sha, buf);
		sgz_stream_close(stream);
	}
	if (!ret)
		sgz_sha256_get(&sha, diffid);
	if (sha.md)
		sgz_sha256_close(&sha);
	free(stream);
	free(buf);
	return ret;
}

static int hash_layer(const struct sgz_context *ctx, int fd,
		      const struct sgz_image_layer *layer, bool stored_only,
		      uint8_t digest[STARGZ_SHA256_LEN],
		      uint8_t diffid[STARGZ_SHA256_LEN])
{
	struct sgz_sha256 sha;
	struct sgz_blob blob;
	int ret = sgz_sha256_open(&sha, ctx);

	if (ret)
		return ret;
	ret = sgz_blob_open(&blob, ctx, fd, layer->place.start,
			    layer->place.size);
	blob.sha = &sha;
	if (!ret && !stored_only)
		ret = hash_decoded(ctx, &blob, diffid);
	if (!ret)
		ret = sgz_blob_digest(&blob, ctx, digest);
	sgz_sha256_close(&sha);
	return ret;
}

static void compare(struct verification *v, size_t nr, const char *what,
		    const uint8_t *have, const uint8_t *want)
{
	if (memcmp(have, want, STARGZ_SHA256_LEN))
		sgz_faults_add(&v->faults, nr, -EBADMSG,
			       "layer %zu has the %s sha256:%s, not sha256:%s",
			       nr, what, sgz_sha256_hex(have).text,
			       sgz_sha256_hex(want).text);
}

static void verify_file(struct verification *v, const struct sgz_context *ctx,
			size_t nr, int fd)
{
	const struct sgz_image_layer *layer = sgz_image_layer(v->image, nr);
	uint8_t digest[STARGZ_SHA256_LEN], diffid[STARGZ_SHA256_LEN];
	int ret = hash_layer(ctx, fd, layer, v->opt->stored_only, digest,
			     diffid);

	if (ret) {
		sgz_faults_add(&v->faults, nr, ret, "layer %zu: %s", nr,
			       ctx->err->text);
		return;
	}
	compare(v, nr, "digest", digest, layer->digest);
	if (!v->opt->stored_only)
		compare(v, nr, "diffID", diffid, layer->diff_id);
}

static int verify_layer(void *data, const struct sgz_context *ctx, size_t nr)
{
	struct verification *v = data;
	int fd;

	if (v->opt->skip && v->opt->skip[nr])
		return 0;
	fd = v->opt->fds ? v->opt->fds[nr] :
			   stargz_image_open_layer(v->image, nr, ctx->err);
	if (fd >= 0)
		verify_file(v, ctx, nr, fd);
	else
		sgz_faults_add(&v->faults, nr, fd, "%s", ctx->err->text);
	if (fd >= 0 && !v->opt->fds)
		close(fd);
	return 0;
}

static uint64_t total_size(const struct verification *v)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < v->image->layers.count; i++)
		if (!v->opt->skip || !v->opt->skip[i])
			sum += sgz_image_layer(v->image, i)->place.size;
	return sum;
}

int stargz_image_verify(const struct stargz_image *image,
			const struct stargz_image_verify_options *options,
			uint64_t *faults, struct stargz_error *err)
{
	struct stargz_image_verify_options opt;
	struct verification v = {
		.image = image, .opt = &opt, .faults = SGZ_FAULTS_INIT,
	};
	struct stargz_error unwanted;
	struct sgz_context ctx = { .err = err ? err : &unwanted };
	struct sgz_parallel *p;
	int ret;

	ret = sgz_options_copy(&opt, sizeof(opt), options, ctx.err);
	if (ret)
		return ret;
	ctx.progress = opt.progress;
	ctx.data = opt.data;
	p = sgz_parallel_start(&ctx, image->layers.count, opt.threads,
			       total_size(&v), verify_layer, &v);
	if (!p)
		return sgz_nomem(&ctx);
	for (size_t i = 0; i < image->layers.count; i++)
		sgz_parallel_wait(p, i);
	sgz_parallel_end(p);
	sgz_faults_tell(&v.faults, opt.fault, opt.data);
	if (faults)
		*faults = v.faults.count;
	sgz_faults_free(&v.faults);
	return 0;
}
