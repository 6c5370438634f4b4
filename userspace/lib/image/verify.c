// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Verifying layers: each is read and decoded once, for both digests.
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

/* The digests of a layer and of the tar to which it decodes. */
static int hash_layer(const struct sgz_context *ctx, struct sgz_blob *blob,
		      struct sgz_sha256 sha[2], struct sgz_stream *stream,
		      uint8_t digest[2][STARGZ_SHA256_LEN])
{
	char *buf = malloc(STEP);
	int ret;

	if (!buf)
		return sgz_nomem(ctx);
	blob->sha = &sha[0];
	ret = sgz_stream_whole(stream, ctx, blob, kind_of(blob));
	if (!ret)
		ret = decode(stream, &sha[1], buf);
	sgz_stream_close(stream);
	free(buf);
	if (ret)
		return ret;
	sgz_sha256_get(&sha[1], digest[1]);
	return sgz_blob_digest(blob, ctx, digest[0]);
}

static int hash_file(const struct sgz_context *ctx, int fd,
		     const struct sgz_image_layer *layer,
		     uint8_t digest[2][STARGZ_SHA256_LEN])
{
	struct sgz_stream *stream = malloc(sizeof(*stream));
	struct sgz_sha256 sha[2] = { 0 };
	struct sgz_blob blob;
	int ret = stream ? 0 : sgz_nomem(ctx);

	for (int i = 0; !ret && i < 2; i++)
		ret = sgz_sha256_open(&sha[i], ctx);
	if (!ret)
		ret = sgz_blob_open(&blob, ctx, fd, layer->place.start,
				    layer->place.size);
	if (!ret)
		ret = hash_layer(ctx, &blob, sha, stream, digest);
	for (int i = 0; i < 2; i++)
		if (sha[i].md)
			sgz_sha256_close(&sha[i]);
	free(stream);
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

static int verify_layer(void *data, const struct sgz_context *ctx, size_t nr)
{
	struct verification *v = data;
	const struct sgz_image_layer *layer = sgz_image_layer(v->image, nr);
	uint8_t digest[2][STARGZ_SHA256_LEN];
	int fd, ret;

	fd = stargz_image_open_layer(v->image, nr, ctx->err);
	if (fd < 0) {
		sgz_faults_add(&v->faults, nr, fd, "%s", ctx->err->text);
		return 0;
	}
	ret = hash_file(ctx, fd, layer, digest);
	close(fd);
	if (ret) {
		sgz_faults_add(&v->faults, nr, ret, "layer %zu: %s", nr,
			       ctx->err->text);
		return 0;
	}
	compare(v, nr, "digest", digest[0], layer->digest);
	compare(v, nr, "diffID", digest[1], layer->diff_id);
	return 0;
}

static uint64_t total_size(const struct stargz_image *image)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < image->layers.count; i++)
		sum += sgz_image_layer(image, i)->place.size;
	return sum;
}

int stargz_image_verify(const struct stargz_image *image,
			const struct stargz_image_verify_options *options,
			uint64_t *faults, struct stargz_error *err)
{
	struct verification v = { .image = image, .faults = SGZ_FAULTS_INIT };
	struct stargz_image_verify_options opt;
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
			       total_size(image), verify_layer, &v);
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
