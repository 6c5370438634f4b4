// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * A table of formats. A blob with a table of contents ends in a footer, which
 * is looked for first; the others are known by how they begin. A reader of a
 * format ends in struct sgz_toc and struct sgz_spans, whatever it reads; all
 * that comes after is the same for all.
 */
#include <string.h>

#include "blob/footer.h"
#include "blob/footer_find.h"
#include "format/format.h"
#include "format/names_from_tar.h"
#include "format/plain_tar.h"
#include "format/targz.h"
#include "format/zstd_tar.h"
#include "toc/read.h"

/*
 * A format: @probe says 1 yes, 0 no, or a negative errno; @toc: it has a table
 * of contents.
 */
struct format {
	int (*probe)(const struct sgz_blob *blob,
		     const struct sgz_context *ctx);
	int (*read)(struct sgz_toc *toc, struct sgz_spans *spans,
		    const struct sgz_context *ctx, struct sgz_blob *blob);
	bool toc;
};

static int probe_estargz(const struct sgz_blob *blob,
			 const struct sgz_context *ctx)
{
	struct sgz_footer footer;

	return blob->pipe ? 0 : sgz_footer_read(&footer, blob, ctx);
}

static int read_estargz(struct sgz_toc *toc, struct sgz_spans *spans,
			const struct sgz_context *ctx, struct sgz_blob *blob)
{
	struct sgz_footer footer;
	int ret;

	ret = sgz_footer_read(&footer, blob, ctx);
	if (ret < 0)
		return ret;
	ret = sgz_toc_read(toc, ctx, blob, &footer);
	if (!ret)
		ret = sgz_truenames_restore(toc, ctx, blob, footer.codec);
	if (!ret)
		ret = sgz_spans_of_units(spans, ctx, toc, footer.codec);
	if (!ret && footer.codec == STARGZ_CODEC_GZIP)
		ret = sgz_targz_refine(spans, ctx, toc, blob);
	return ret;
}

static const struct format formats[] = {
	{ probe_estargz, read_estargz, true },
	{ sgz_targz_probe, sgz_targz_read, false },
	{ sgz_plaintar_probe, sgz_plaintar_read, false },
	{ sgz_zstdtar_probe, sgz_zstdtar_read, false },
};

/* The format of a blob, if we know it: 1, 0 or a negative errno. */
static int find(const struct sgz_blob *blob, const struct sgz_context *ctx,
		const struct format **format)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < sizeof(formats) / sizeof(formats[0]);
	     i++) {
		*format = &formats[i];
		ret = formats[i].probe(blob, ctx);
	}
	return ret;
}

int sgz_format_probe(const struct sgz_blob *blob, const struct sgz_context *ctx)
{
	const struct format *format;

	return find(blob, ctx, &format);
}

int sgz_format_read(struct sgz_toc *toc, struct sgz_spans *spans,
		    const struct sgz_context *ctx, struct sgz_blob *blob)
{
	const struct format *format;
	int ret;

	ret = find(blob, ctx, &format);
	if (ret < 0)
		return ret;
	if (!ret)
		return sgz_fail(ctx, -EINVAL,
				"not an eStargz or stargz layer (no footer); neither tar nor gzip nor zstd");
	/*
	 * Who ties a layer to a digest, or has a TOC for it, must not get
	 * another that has none.
	 */
	if (!format->toc && (ctx->opt->toc_path || ctx->opt->toc_digest ||
			     ctx->opt->toc_stored_digest))
		return sgz_fail(ctx, -EINVAL,
				"a layer without a table of contents, but one is asked for");
	return format->read(toc, spans, ctx, blob);
}
