// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * stargz/toc.h: the unchanged table of contents of a layer.
 */
#include <string.h>

#include "base/options.h"
#include "blob/footer_find.h"
#include "stargz/toc.h"
#include "toc/read.h"

/* With @digest_only the TOC is not decoded; only @toc->sha256 is filled in. */
static int read_toc(struct sgz_toc *toc, const struct sgz_context *ctx,
		    const struct sgz_toc_options *how, struct sgz_blob *blob,
		    bool digest_only)
{
	struct sgz_footer footer;
	int ret = 0;

	if (!blob->pipe)
		ret = sgz_footer_read(&footer, blob, ctx, how->position);
	if (!ret)
		return sgz_fail(ctx, -EINVAL,
				"a layer without a table of contents");
	if (ret < 0)
		return ret;
	if (digest_only)
		return sgz_toc_digest(ctx, how, blob, &footer, toc->sha256);
	return sgz_toc_read(toc, ctx, how, blob, &footer);
}

static int read_layer(int fd, const struct stargz_index_options *options,
		      FILE *to, bool digest_only,
		      uint8_t sha256[STARGZ_SHA256_LEN],
		      struct stargz_error *err)
{
	struct stargz_index_options opt;
	struct sgz_toc_options how;
	struct stargz_error unwanted;
	struct sgz_toc toc = { 0 };
	struct sgz_context ctx;
	struct sgz_blob blob;
	int ret;

	err = err ? err : &unwanted;
	ret = sgz_options_copy(&opt, sizeof(opt), options, err);
	if (ret)
		return ret;
	ctx = sgz_context_of(&opt, err);
	how = sgz_toc_options_of(&opt);
	how.copy = to;
	ret = sgz_blob_open(&blob, &ctx, fd, opt.offset, opt.size);
	if (!ret)
		ret = read_toc(&toc, &ctx, &how, &blob, digest_only);
	if (!ret && sha256)
		memcpy(sha256, toc.sha256, sizeof(toc.sha256));
	sgz_toc_free(&toc);
	return ret;
}

int stargz_toc_read(int fd, const struct stargz_index_options *options,
		    FILE *to, uint8_t sha256[STARGZ_SHA256_LEN],
		    struct stargz_error *err)
{
	return read_layer(fd, options, to, false, sha256, err);
}

int stargz_toc_digest(int fd, const struct stargz_index_options *options,
		      uint8_t sha256[STARGZ_SHA256_LEN],
		      struct stargz_error *err)
{
	return read_layer(fd, options, NULL, true, sha256, err);
}
