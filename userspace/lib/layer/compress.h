/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Compressing bytes to one gzip member or zstd frame. The output depends only
 * on the bytes, the codec, the level and the version of the library.
 */
#ifndef SGZ_LAYER_COMPRESS_H
#define SGZ_LAYER_COMPRESS_H

#include <libdeflate.h>
#include <stdbool.h>
#include <zstd.h>

#include "base/memory.h"
#include "stargz_fs.h"

/** struct sgz_compression - codec and level of members */
struct sgz_compression {
	enum stargz_codec codec;
	int level;
};

/** struct sgz_compressor - compressor of one thread */
struct sgz_compressor {
	struct libdeflate_compressor *gzip;
	ZSTD_CCtx *zstd;
};

/* Size in bytes of the longest sgz_compression_name(). */
#define SGZ_COMPRESSION_NAME	64

/** sgz_compression_name() - codec, level and version of the library */
void sgz_compression_name(const struct sgz_compression *how,
			  char name[SGZ_COMPRESSION_NAME]);

/** sgz_compressor_open() - returns false if memory is short */
bool sgz_compressor_open(struct sgz_compressor *c,
			 const struct sgz_compression *how);

/**
 * sgz_compress() - make a member or frame
 * @c: compressor of the calling thread
 * @bytes: the bytes to compress
 * @len: number of bytes
 * @out: set to the member or frame
 *
 * Return: 0, or -ENOMEM.
 */
int sgz_compress(struct sgz_compressor *c, const void *bytes, size_t len,
		 struct sgz_vec *out);

/** sgz_compressor_close() - release */
void sgz_compressor_close(struct sgz_compressor *c);

#endif /* SGZ_LAYER_COMPRESS_H */
