// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - the codecs, by number.
 *
 * Only this file distinguishes codecs; all other code calls the operations of
 * the table. (The structure is that of fs/squashfs/decompressor.h and of
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
 * stargz_codec() - get the codec of a span
 * @raw: its record, checked
 *
 * Return: the codec.
 */
const struct stargz_codec_ops *stargz_codec(const struct stargz_span *raw)
{
	/*
	 * stargz_check_span() accepts only codecs that the superblock
	 * announces, and mounting refuses an index that announces a codec
	 * missing here.
	 */
	return stargz_codecs[raw->codec];
}
