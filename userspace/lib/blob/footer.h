/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The footer of a blob, which contains the location of the table of contents:
 * an empty gzip member, or a skippable zstd frame.
 */
#ifndef SGZ_BLOB_FOOTER_H
#define SGZ_BLOB_FOOTER_H

#include "blob/blob.h"
#include "stargz_fs.h"

/**
 * struct sgz_footer - a parsed footer
 * @codec: compression of the blob: %STARGZ_CODEC_GZIP or %STARGZ_CODEC_ZSTD
 * @external: the table of contents is not in the blob
 * @toc: offset of the compressed table of contents
 * @toc_end: upper limit of its end
 * @toc_size: its uncompressed size in bytes, or zero if unknown
 * @data_end: end offset of the content in the blob
 */
struct sgz_footer {
	enum stargz_codec codec;
	bool external;
	uint64_t toc;
	uint64_t toc_end;
	uint64_t toc_size;
	uint64_t data_end;
};

#endif /* SGZ_BLOB_FOOTER_H */
