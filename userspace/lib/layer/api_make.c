// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * stargz/make.h: making a layer, and verifying it.
 */
#include <stdlib.h>
#include <sys/stat.h>

#include "base/options.h"
#include "layer/inputs.h"
#include "layer/make.h"
#include "layer/verify_made.h"

/* The public constants have the values of the format. */
static_assert((STARGZ_MEMBER_MAX) == STARGZ_SPAN_MAX, "members");
static_assert((STARGZ_SECONDS_MIN) == STARGZ_TIME_BASE, "times");
static_assert((STARGZ_SECONDS_MAX) == STARGZ_TIME_MAX - 1, "times");

/**
 * struct stargz_expected - data of a layer's source, to verify the layer
 * @e: the data inside the library
 */
struct stargz_expected {
	struct sgz_expected e;
};

static void set_defaults(struct stargz_make_options *opt)
{
	bool zstd = opt->format == STARGZ_LAYER_ZSTD_CHUNKED;

	if (opt->encoding == STARGZ_ENCODING_STORED)
		opt->encoding = zstd ? STARGZ_ENCODING_ZSTD :
				       STARGZ_ENCODING_GZIP;
	if (!opt->level)
		opt->level = zstd ? STARGZ_LEVEL_ZSTD : STARGZ_LEVEL_GZIP;
	if (!opt->max_member)
		opt->max_member = zstd ? STARGZ_MEMBER_ZSTD :
					 STARGZ_MEMBER_GZIP;
	if (!opt->chunk_size)
		opt->chunk_size = opt->max_member;
	if (!opt->workers)
		opt->workers = 1;
}

/* The error text for contradictory options, or NULL. */
static const char *contradiction(const struct stargz_make_options *opt)
{
	bool zstd = opt->format == STARGZ_LAYER_ZSTD_CHUNKED;

	if (opt->format > STARGZ_LAYER_EXTERNAL_TOC)
		return "no such format";
	if (opt->encoding != (zstd ? STARGZ_ENCODING_ZSTD :
				     STARGZ_ENCODING_GZIP))
		return "the format does not support this compression";
	if (opt->level < 1 || opt->level > (zstd ? STARGZ_LEVEL_ZSTD_MAX :
						   STARGZ_LEVEL_GZIP_MAX))
		return "no such compression level";
	if (opt->max_member < STARGZ_MEMBER_MIN ||
	    opt->max_member > STARGZ_MEMBER_MAX)
		return "the maximum size of a member is out of range";
	if (opt->chunk_size > opt->max_member ||
	    opt->min_member > opt->max_member)
		return "a size is larger than the maximum size of a member";
	if (opt->format == STARGZ_LAYER_STARGZ && opt->min_member)
		return "the format does not support shared members";
	if (opt->overlay && (opt->dump_path || opt->diff_path))
		return "overlay cannot be combined with a dump or a difference";
	return NULL;
}

static int make(struct sgz_inputs *in, const struct sgz_context *ctx,
		const struct stargz_make_options *opt, int source, int out,
		int toc, struct stargz_made *made)
{
	const struct sgz_compression compression = {
		(enum stargz_codec)opt->encoding, opt->level,
	};
	struct sgz_make_options how = {
		.format = opt->format,
		.how = compression,
		.workers = opt->workers,
		.chunk_size = opt->chunk_size,
		.min_member = opt->min_member,
		.max_member = opt->max_member,
		.digests = opt->digests,
		.pad = opt->pad,
		.expected = opt->expected ? &(*opt->expected)->e : NULL,
	};
	struct stat *skip = calloc(opt->skip_count + 2, sizeof(*skip));
	int ret;

	if (!skip)
		return sgz_nomem(ctx);
	/* If fstat() fails, the zeroes match no file of a directory. */
	fstat(out, &skip[0]);
	fstat(toc, &skip[1]);
	for (size_t i = 0; i < opt->skip_count; i++)
		fstat(opt->skip[i], &skip[i + 2]);
	ret = sgz_inputs_open(in, ctx, opt, &compression, source, skip,
			      opt->skip_count + 2);
	how.reuse = in->reuse;
	if (!ret)
		ret = sgz_make(made, ctx, &how, in->source, out, toc);
	if (!ret)
		ret = sgz_inputs_check(in);
	made->about = in->about;
	sgz_inputs_close(in);
	free(skip);
	return ret;
}

static int prepare(struct stargz_make_options *opt,
		   const struct stargz_make_options *given,
		   struct sgz_context *ctx)
{
	int ret = sgz_options_copy(opt, sizeof(*opt), given, ctx->err);
	const char *why;

	if (ret)
		return ret;
	ctx->warn = opt->warn;
	ctx->progress = opt->progress;
	ctx->data = opt->data;
	set_defaults(opt);
	why = contradiction(opt);
	if (why)
		return sgz_fail(ctx, -EINVAL, "%s", why);
	if (!opt->expected)
		return 0;
	*opt->expected = calloc(1, sizeof(**opt->expected));
	return *opt->expected ? 0 : sgz_nomem(ctx);
}

int stargz_make(int source, const struct stargz_make_options *options, int out,
		int toc, struct stargz_made *made, struct stargz_error *err)
{
	struct stargz_error unwanted;
	struct sgz_context ctx = { .err = err ? err : &unwanted };
	struct stargz_make_options opt;
	struct stargz_made result = { 0 };
	struct sgz_inputs *in;
	int ret;

	ret = prepare(&opt, options, &ctx);
	if (!ret) {
		in = calloc(1, sizeof(*in));
		ret = in ? make(in, &ctx, &opt, source, out, toc, &result) :
			   sgz_nomem(&ctx);
		free(in);
	}
	if (made)
		*made = result;
	return ret;
}

int stargz_verify(int fd, const struct stargz_index_options *options,
		  struct stargz_expected *expected, struct stargz_error *err)
{
	struct stargz_index_options opt;
	struct stargz_error unwanted;
	struct sgz_context ctx;
	int ret;

	err = err ? err : &unwanted;
	ret = sgz_options_copy(&opt, sizeof(opt), options, err);
	if (ret)
		return ret;
	ctx = sgz_context_of(&opt, err);
	return sgz_verify(&ctx, fd, opt.size, opt.toc_path, &expected->e);
}

void stargz_expected_free(struct stargz_expected *expected)
{
	if (!expected)
		return;
	sgz_expect_close(&expected->e);
	free(expected);
}
