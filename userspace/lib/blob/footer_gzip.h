/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The footers of gzip layers.
 */
#ifndef SGZ_BLOB_FOOTER_GZIP_H
#define SGZ_BLOB_FOOTER_GZIP_H

#include "blob/footer.h"

/**
 * sgz_gzip_footer() - parse the footer
 * @footer: filled in
 * @blob: the blob
 * @ctx: the call
 * @end: the last bytes of the blob
 * @len: their number
 *
 * Return: as sgz_footer_read().
 */
int sgz_gzip_footer(struct sgz_footer *footer, const struct sgz_blob *blob,
		    const struct sgz_context *ctx, const unsigned char *end,
		    size_t len);

/** enum sgz_footer_kind - footers of gzip layers */
enum sgz_footer_kind {
	SGZ_FOOTER_ESTARGZ,
	SGZ_FOOTER_STARGZ,
	SGZ_FOOTER_EXTERNAL,
};

/* Maximum size of the footer of a gzip layer in bytes. */
#define SGZ_FOOTER_SIZE	51

/**
 * sgz_footer_make() - make the footer of a gzip layer
 * @footer: filled in
 * @kind: kind of footer
 * @toc: offset of the table of contents; ignored with %SGZ_FOOTER_EXTERNAL
 *
 * Return: size of the footer in bytes.
 */
size_t sgz_footer_make(unsigned char footer[SGZ_FOOTER_SIZE],
		       enum sgz_footer_kind kind, uint64_t toc);

#endif /* SGZ_BLOB_FOOTER_GZIP_H */
