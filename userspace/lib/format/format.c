// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * A table of formats. A blob with a table of contents ends in a footer, which
 * is checked first. The other formats are detected by their first bytes. The
 * reader of each format fills in struct sgz_toc and struct sgz_spans; the code
 * after that is the same for all formats.
 */
#include <string.h>

#include "blob/footer_find.h"
#include "format/format.h"
#include "format/names_from_tar.h"
#include "format/plain_tar.h"
#include "format/targz.h"
#include "format/zstd_tar.h"

/*
 * A format: @probe returns 1 if it matches, 0 if not, or a negative errno;
 * @toc: it has a table of contents.
 */
struct format {
	int (*probe)(const struct sgz_blob *blob, const struct sgz_context *ctx,
		     const char *position);
	int (*read)(struct sgz_toc *toc, struct sgz_spans *spans,
		    const struct sgz_context *ctx,
		    const struct sgz_format_options *opt,
		    struct sgz_blob *blob);
	bool toc;
};

static int probe_estargz(const struct sgz_blob *blob,
			 const struct sgz_context *ctx, const char *position)
{
	struct sgz_footer footer;

	return blob->pipe ? 0 : sgz_footer_read(&footer, blob, ctx, position);
}

static int read_estargz(struct sgz_toc *toc, struct sgz_spans *spans,
			const struct sgz_context *ctx,
			const struct sgz_format_options *opt,
			struct sgz_blob *blob)
{
	struct sgz_footer footer;
	int ret;

	ret = sgz_footer_read(&footer, blob, ctx, opt->toc.position);
	if (ret < 0)
		return ret;
	ret = sgz_toc_read(toc, ctx, &opt->toc, blob, &footer);
	if (!ret)
		ret = sgz_truenames_restore(toc, ctx, blob, footer.codec);
	if (!ret)
		ret = sgz_spans_of_units(spans, ctx, toc, footer.codec);
	if (!ret && footer.codec == STARGZ_CODEC_GZIP)
		ret = sgz_targz_refine(spans, ctx, &opt->spans, toc, blob);
	return ret;
}

static int probe_targz(const struct sgz_blob *blob,
		       const struct sgz_context *ctx, const char *position)
{
	(void)ctx;
	(void)position;
	return sgz_targz_probe(blob);
}

static int read_targz(struct sgz_toc *toc, struct sgz_spans *spans,
		      const struct sgz_context *ctx,
		      const struct sgz_format_options *opt,
		      struct sgz_blob *blob)
{
	return sgz_targz_read(toc, spans, ctx, &opt->spans, blob);
}

static int probe_plaintar(const struct sgz_blob *blob,
			  const struct sgz_context *ctx, const char *position)
{
	(void)position;
	return sgz_plaintar_probe(blob, ctx);
}

static int read_plaintar(struct sgz_toc *toc, struct sgz_spans *spans,
			 const struct sgz_context *ctx,
			 const struct sgz_format_options *opt,
			 struct sgz_blob *blob)
{
	(void)opt;
	return sgz_plaintar_read(toc, spans, ctx, blob);
}

static int probe_zstdtar(const struct sgz_blob *blob,
			 const struct sgz_context *ctx, const char *position)
{
	(void)position;
	return sgz_zstdtar_probe(blob, ctx);
}

static int read_zstdtar(struct sgz_toc *toc, struct sgz_spans *spans,
			const struct sgz_context *ctx,
			const struct sgz_format_options *opt,
			struct sgz_blob *blob)
{
	return sgz_zstdtar_read(toc, spans, ctx, &opt->spans, blob);
}

static const struct format formats[] = {
	{ probe_estargz, read_estargz, true },
	{ probe_targz, read_targz, false },
	{ probe_plaintar, read_plaintar, false },
	{ probe_zstdtar, read_zstdtar, false },
};

/* Find the format of a blob. Returns 1, 0 if unknown, or a negative errno. */
static int find(const struct sgz_blob *blob, const struct sgz_context *ctx,
		const char *position, const struct format **format)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < sizeof(formats) / sizeof(formats[0]);
	     i++) {
		*format = &formats[i];
		ret = formats[i].probe(blob, ctx, position);
	}
	return ret;
}

struct sgz_format_options
sgz_format_options_of(const struct stargz_index_options *opt)
{
	return (struct sgz_format_options){
		.toc = sgz_toc_options_of(opt),
		.spans = {
			.size = opt->span_size,
			.member_size = opt->member_size,
			.no_checkpoints = opt->no_checkpoints,
		},
	};
}

int sgz_format_probe(const struct sgz_blob *blob, const struct sgz_context *ctx,
		     const char *position)
{
	const struct format *format;

	return find(blob, ctx, position, &format);
}

int sgz_format_read(struct sgz_toc *toc, struct sgz_spans *spans,
		    const struct sgz_context *ctx,
		    const struct sgz_format_options *opt,
		    struct sgz_blob *blob)
{
	const struct format *format;
	int ret;

	ret = find(blob, ctx, opt->toc.position, &format);
	if (ret < 0)
		return ret;
	if (!ret)
		return sgz_fail(ctx, -EINVAL,
				"not a layer: neither a tar nor a tar compressed with gzip or zstd");
	/*
	 * If the caller requires a digest of the TOC, or has a TOC, a layer
	 * without one must not replace the expected layer.
	 */
	if (!format->toc && sgz_toc_asked(&opt->toc))
		return sgz_toc_absent(ctx);
	return format->read(toc, spans, ctx, opt, blob);
}
