// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * The order is the same for all formats. An external table of contents goes to
 * its own file.
 */
#include "blob/footer_gzip.h"
#include "blob/footer_zstd.h"
#include "layer/padding.h"
#include "layer/trailer.h"

static int copy(struct sgz_sink *sink, struct sgz_spool *from)
{
	char buf[64 << 10];
	ssize_t n = 0;
	int ret = 0;

	for (uint64_t at = 0; !ret && at < from->size; at += n) {
		n = sgz_spool_read(from, at, buf, sizeof(buf));
		if (n <= 0)
			return n ? n : sgz_fail(sink->ctx, -EIO,
						"temporary file: became shorter");
		ret = sgz_sink_write(sink, buf, n);
	}
	return ret;
}

static int write_external(const struct sgz_context *ctx, int fd,
			  struct sgz_spool *toc)
{
	struct sgz_sink sink;
	int ret;

	ret = sgz_sink_open(&sink, ctx, fd, false);
	if (ret)
		return ret;
	ret = copy(&sink, toc);
	sgz_sink_close(&sink);
	return ret;
}

static int write_gzip(struct stargz_made *made, const struct sgz_make_options *opt,
		      struct sgz_sink *sink, struct sgz_spool *toc, int toc_fd)
{
	static const enum sgz_footer_kind kinds[] = {
		[STARGZ_LAYER_ESTARGZ] = SGZ_FOOTER_ESTARGZ,
		[STARGZ_LAYER_STARGZ] = SGZ_FOOTER_STARGZ,
		[STARGZ_LAYER_EXTERNAL_TOC] = SGZ_FOOTER_EXTERNAL,
	};
	enum sgz_footer_kind kind = kinds[opt->format];
	bool external = kind == SGZ_FOOTER_EXTERNAL;
	unsigned char footer[SGZ_FOOTER_SIZE];
	size_t len = sgz_footer_make(footer, kind, 0);
	int ret;

	ret = sgz_padding_write(sink, &opt->how, opt->pad,
				len + (external ? 0 : toc->size));
	if (ret)
		return ret;
	made->toc = external ? 0 : sink->pos;
	ret = external ? write_external(sink->ctx, toc_fd, toc) :
			 copy(sink, toc);
	sgz_footer_make(footer, kind, made->toc);
	return ret ? ret : sgz_sink_write(sink, footer, len);
}

static int write_zstd(struct stargz_made *made, const struct sgz_make_options *opt,
		      struct sgz_sink *sink, struct sgz_spool *toc)
{
	unsigned char footer[SGZ_ZSTD_FOOTER_SIZE];
	unsigned char head[SGZ_SKIPPABLE_HEAD];
	int ret;

	if (toc->size > UINT32_MAX)
		return sgz_fail(sink->ctx, -E2BIG,
				"the table of contents is larger than 4 GiB");
	ret = sgz_padding_write(sink, &opt->how, opt->pad,
				sizeof(head) + toc->size + sizeof(footer));
	sgz_skippable_head(head, toc->size);
	if (!ret)
		ret = sgz_sink_write(sink, head, sizeof(head));
	made->toc = sink->pos;
	if (!ret)
		ret = copy(sink, toc);
	sgz_zstd_footer_make(footer, made->toc, toc->size, made->toc_size);
	return ret ? ret : sgz_sink_write(sink, footer, sizeof(footer));
}

int sgz_tail_write(struct stargz_made *made, const struct sgz_make_options *opt,
		   struct sgz_sink *sink, struct sgz_spool *toc, int toc_fd)
{
	if (opt->format == STARGZ_LAYER_ZSTD_CHUNKED)
		return write_zstd(made, opt, sink, toc);
	return write_gzip(made, opt, sink, toc, toc_fd);
}
