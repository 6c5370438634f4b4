/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Making one gzip member or zstd frame of some bytes. What comes out depends
 * on the bytes, the codec, the level and the version of the library, and on
 * nothing else.
 */
#ifndef SGZ_LAYER_COMPRESS_H
#define SGZ_LAYER_COMPRESS_H

#include <libdeflate.h>
#include <stdbool.h>
#include <zstd.h>

#include "base/memory.h"
#include "stargz_fs.h"

/** struct sgz_compression - how members are made */
struct sgz_compression {
	enum stargz_codec codec;
	int level;
};

/** struct sgz_compressor - what one thread needs to make them */
struct sgz_compressor {
	struct libdeflate_compressor *gzip;
	ZSTD_CCtx *zstd;
};

/* Enough for sgz_compression_name(). */
#define SGZ_COMPRESSION_NAME	64

/** sgz_compression_name() - codec, level and version of the library */
void sgz_compression_name(const struct sgz_compression *how,
			  char name[SGZ_COMPRESSION_NAME]);

/** sgz_compressor_open() - false without memory */
bool sgz_compressor_open(struct sgz_compressor *c,
			 const struct sgz_compression *how);

/**
 * sgz_compress() - make a member or frame
 * @c: of the calling thread
 * @bytes: what to compress
 * @len: how many bytes
 * @out: set to the result
 *
 * Return: 0, or -ENOMEM.
 */
int sgz_compress(struct sgz_compressor *c, const void *bytes, size_t len,
		 struct sgz_vec *out);

/** sgz_compressor_close() - release */
void sgz_compressor_close(struct sgz_compressor *c);

#endif /* SGZ_LAYER_COMPRESS_H */
