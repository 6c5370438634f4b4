// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Compression with libdeflate, which needs a whole member at once, and libzstd.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "layer/compress.h"

void sgz_compression_name(const struct sgz_compression *how,
			  char name[SGZ_COMPRESSION_NAME])
{
	if (how->codec == STARGZ_CODEC_GZIP)
		snprintf(name, SGZ_COMPRESSION_NAME, "gzip,%d libdeflate %s",
			 how->level, LIBDEFLATE_VERSION_STRING);
	else
		snprintf(name, SGZ_COMPRESSION_NAME, "zstd,%d libzstd %s",
			 how->level, ZSTD_versionString());
}

bool sgz_compressor_open(struct sgz_compressor *c,
			 const struct sgz_compression *how)
{
	memset(c, 0, sizeof(*c));
	if (how->codec == STARGZ_CODEC_GZIP) {
		c->gzip = libdeflate_alloc_compressor(how->level);
		return c->gzip;
	}
	c->zstd = ZSTD_createCCtx();
	if (!c->zstd)
		return false;
	ZSTD_CCtx_setParameter(c->zstd, ZSTD_c_compressionLevel, how->level);
	ZSTD_CCtx_setParameter(c->zstd, ZSTD_c_checksumFlag, 1);
	return true;
}

int sgz_compress(struct sgz_compressor *c, const void *bytes, size_t len,
		 struct sgz_vec *out)
{
	size_t bound, n;

	bound = c->gzip ? libdeflate_gzip_compress_bound(c->gzip, len) :
			  ZSTD_compressBound(len);
	if (!sgz_vec_room(out, bound))
		return -ENOMEM;
	if (c->gzip)
		n = libdeflate_gzip_compress(c->gzip, bytes, len, out->data,
					     bound);
	else
		n = ZSTD_compress2(c->zstd, out->data, bound, bytes, len);
	if (!n || (c->zstd && ZSTD_isError(n)))
		return -ENOMEM;
	out->count = n;
	return 0;
}

void sgz_compressor_close(struct sgz_compressor *c)
{
	libdeflate_free_compressor(c->gzip);
	ZSTD_freeCCtx(c->zstd);
}
