// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - the codecs, by number.
 *
 * The one place that tells them apart; everybody else calls what is in the
 * table. (The shape is that of fs/squashfs/decompressor.h and of
 * z_erofs_decomp[] in fs/erofs/decompressor.c.) Constant, so no locks.
 */
#include "internal.h"

const struct stargz_codec_ops stargz_codec_stored = {
	.name	= "stored",
	.stored	= true,
};

static const struct stargz_codec_ops *const stargz_codecs[] = {
	[STARGZ_CODEC_STORED]	= &stargz_codec_stored,
	[STARGZ_CODEC_GZIP]	= &stargz_codec_gzip,
	[STARGZ_CODEC_DEFLATE]	= &stargz_codec_deflate,
#if IS_ENABLED(CONFIG_STARGZ_FS_ZSTD)
	[STARGZ_CODEC_ZSTD]	= &stargz_codec_zstd,
#endif
};

/**
 * stargz_codec() - the codec of a span
 * @raw: its record, checked
 *
 * Return: the codec.
 */
const struct stargz_codec_ops *stargz_codec(const struct stargz_span *raw)
{
	/*
	 * stargz_check_span() lets no codec through that the superblock does
	 * not announce, and an index that announces one that is not here is
	 * not mounted.
	 */
	return stargz_codecs[raw->codec];
}
