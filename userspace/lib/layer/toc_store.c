// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * A table of contents may be large, unlike members of content, so zlib or
 * libzstd compresses it as a stream.
 */
#include <string.h>
#include <zlib.h>

#include "base/path.h"
#include "layer/toc_store.h"
#include "tar/header.h"

#define GZIP_LEVEL	5
#define GZIP_FORMAT	(16 + MAX_WBITS)
#define ZSTD_LEVEL	12

struct store {
	const struct sgz_context *ctx;
	struct sgz_spool *to;
	struct sgz_sha256 *tar;
	struct sgz_sha256 sha;	/* digest of the compressed bytes */
	ZSTD_CCtx *zstd;	/* NULL: gzip */
	z_stream z;
	unsigned char out[64 << 10];
};

static int keep(struct store *s, size_t len)
{
	sgz_sha256_add(&s->sha, s->out, len);
	return sgz_spool_add(s->to, s->out, len);
}

static int feed_gzip(struct store *s, const void *bytes, size_t len, bool end)
{
	int z = Z_OK, ret = 0;

	if (s->tar)
		sgz_sha256_add(s->tar, bytes, len);
	s->z.next_in = (unsigned char *)bytes;
	s->z.avail_in = len;
	do {
		s->z.next_out = s->out;
		s->z.avail_out = sizeof(s->out);
		z = deflate(&s->z, end ? Z_FINISH : Z_NO_FLUSH);
		if (z == Z_STREAM_ERROR)
			return sgz_fail(s->ctx, -EIO, "zlib: %s", s->z.msg);
		ret = keep(s, sizeof(s->out) - s->z.avail_out);
	} while (!ret && !s->z.avail_out);
	return ret;
}

static int feed_zstd(struct store *s, const void *bytes, size_t len, bool end)
{
	ZSTD_inBuffer in = { bytes, len, 0 };
	size_t left;
	int ret;

	do {
		ZSTD_outBuffer out = { s->out, sizeof(s->out), 0 };

		left = ZSTD_compressStream2(s->zstd, &out, &in, end ?
					    ZSTD_e_end : ZSTD_e_continue);
		if (ZSTD_isError(left))
			return sgz_nomem(s->ctx);
		ret = keep(s, out.pos);
	} while (!ret && (in.pos < in.size || (end && left)));
	return ret;
}

static int feed(struct store *s, const void *bytes, size_t len, bool end)
{
	return s->zstd ? feed_zstd(s, bytes, len, end) :
			 feed_gzip(s, bytes, len, end);
}

static int feed_text(struct store *s, struct sgz_spool *text,
		     uint8_t digest[STARGZ_SHA256_LEN])
{
	struct sgz_sha256 sha;
	char buf[64 << 10];
	uint64_t at = 0;
	int ret;

	ret = sgz_sha256_open(&sha, s->ctx);
	if (ret)
		return ret;
	while (!ret && at < text->size) {
		ssize_t n = sgz_spool_read(text, at, buf, sizeof(buf));

		if (n <= 0) {
			ret = n ? n : sgz_fail(s->ctx, -EIO,
					       "temporary file: became shorter");
			break;
		}
		sgz_sha256_add(&sha, buf, n);
		ret = feed(s, buf, n, false);
		at += n;
	}
	sgz_sha256_get(&sha, digest);
	sgz_sha256_close(&sha);
	return ret;
}

static int store_gzip(struct store *s, struct stargz_made *made,
		      struct sgz_spool *text, bool legacy)
{
	static const char zero[3 * SGZ_TAR_BLOCK];
	gz_header head = { .os = 255 };
	struct sgz_ustar u;
	int ret;

	if (deflateInit2(&s->z, GZIP_LEVEL, Z_DEFLATED, GZIP_FORMAT, 9,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return sgz_nomem(s->ctx);
	/* The first producer of stargz marked the member in this way. */
	if (legacy) {
		head.extra = (unsigned char *)"stargz.toc";
		head.extra_len = strlen("stargz.toc");
	}
	deflateSetHeader(&s->z, &head);
	sgz_tar_plain(&u, SGZ_TOC_NAME, text->size);
	ret = feed(s, &u, sizeof(u), false);
	if (!ret)
		ret = feed_text(s, text, made->toc_sha256);
	if (!ret)
		ret = feed(s, zero, sgz_tar_padding(text->size) +
			   2 * SGZ_TAR_BLOCK, true);
	if (s->tar)
		made->tar_size += s->z.total_in;
	deflateEnd(&s->z);
	return ret;
}

static int store_zstd(struct store *s, struct sgz_spool *text,
		      uint8_t digest[STARGZ_SHA256_LEN])
{
	int ret;

	s->zstd = ZSTD_createCCtx();
	if (!s->zstd)
		return sgz_nomem(s->ctx);
	ZSTD_CCtx_setParameter(s->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL);
	ret = feed_text(s, text, digest);
	if (!ret)
		ret = feed(s, "", 0, true);
	ZSTD_freeCCtx(s->zstd);
	return ret;
}

int sgz_toc_store(struct stargz_made *made, const struct sgz_make_options *opt,
		  struct sgz_spool *text, struct sgz_spool *stored,
		  struct sgz_sha256 *tar)
{
	struct store s = { .ctx = text->ctx, .to = stored, .tar = tar };
	int ret;

	ret = sgz_sha256_open(&s.sha, s.ctx);
	if (ret)
		return ret;
	if (opt->how.codec == STARGZ_CODEC_ZSTD)
		ret = store_zstd(&s, text, made->toc_sha256);
	else
		ret = store_gzip(&s, made, text,
				 opt->format == STARGZ_LAYER_STARGZ);
	made->toc_size = text->size;
	made->toc_stored = stored->size;
	sgz_sha256_get(&s.sha, made->toc_stored_sha256);
	sgz_sha256_close(&s.sha);
	return ret;
}
