/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The footer of a blob, which says where the table of contents is: an empty
 * gzip member, or a skippable zstd frame.
 */
#ifndef SGZ_BLOB_FOOTER_H
#define SGZ_BLOB_FOOTER_H

#include "blob/blob.h"
#include "stargz_fs.h"

/**
 * struct sgz_footer - what the footer says
 * @codec: what members are: %STARGZ_CODEC_GZIP or %STARGZ_CODEC_ZSTD
 * @external: the table of contents is not in the blob
 * @toc: first compressed byte of the table of contents
 * @toc_end: where it ends at the latest
 * @toc_size: bytes of it when decoded, or zero: not said
 * @data_end: end of the part of the blob that holds content
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
