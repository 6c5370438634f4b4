// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Verifying the layers of an image.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/faults.h"
#include "base/options.h"
#include "base/parallel.h"
#include "image/hash.h"
#include "image/image.h"

struct verification {
	const struct stargz_image *image;
	const struct stargz_image_verify_options *opt;
	struct sgz_faults faults;
};

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
	struct sgz_layer_hash have;
	int ret = sgz_layer_hash(&have, ctx, fd, &layer->place,
				 v->opt->stored_only);

	if (ret) {
		sgz_faults_add(&v->faults, nr, ret, "layer %zu: %s", nr,
			       ctx->err->text);
		return;
	}
	compare(v, nr, "digest", have.digest, layer->digest);
	if (!v->opt->stored_only)
		compare(v, nr, "diffID", have.diff_id, layer->diff_id);
}

/* A layer that occurs several times is verified once. */
static bool is_skipped(const struct verification *v, size_t nr)
{
	const bool *skip = v->opt->skip;
	size_t first;

	if (skip)
		return skip[nr];
	first = sgz_image_same_layer(v->image, nr);
	return first != nr;
}

static int verify_layer(void *data, const struct sgz_context *ctx, size_t nr)
{
	struct verification *v = data;
	int fd;

	if (is_skipped(v, nr))
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
		if (!is_skipped(v, i))
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
