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

/**
 * sgz_footer_read() - find and parse the footer
 * @footer: filled
 * @blob: the blob
 * @ctx: the call
 *
 * What the options say of the place of the TOC goes before the footer.
 *
 * Return: 1, or 0 if the blob has no footer that we know, or a negative errno:
 * -EUCLEAN if it has one that cannot be right.
 */
int sgz_footer_read(struct sgz_footer *footer, const struct sgz_blob *blob,
		    const struct sgz_context *ctx);

/** enum sgz_footer_kind - footers of gzip layers */
enum sgz_footer_kind {
	SGZ_FOOTER_ESTARGZ,
	SGZ_FOOTER_STARGZ,
	SGZ_FOOTER_EXTERNAL,
};

/* Longest footer of a gzip layer. */
#define SGZ_FOOTER_SIZE	51

/**
 * sgz_footer_make() - make the footer of a gzip layer
 * @footer: gets it
 * @kind: which one
 * @toc: first byte of the table of contents, if it is in the layer
 *
 * Return: bytes of it.
 */
size_t sgz_footer_make(unsigned char footer[SGZ_FOOTER_SIZE],
		       enum sgz_footer_kind kind, uint64_t toc);

#endif /* SGZ_BLOB_FOOTER_H */
