/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Finding the table of contents of a layer, and decoding it.
 */
#ifndef SGZ_TOC_READ_H
#define SGZ_TOC_READ_H

#include "blob/footer.h"
#include "stargz/index.h"
#include "toc/toc.h"

/**
 * struct sgz_toc_options - location of the table of contents, and its digests
 * @path: file that contains it, or NULL if it is in the blob
 * @digest: "sha256:HEX" of the uncompressed TOC, or NULL
 * @stored_digest: the same of the TOC as stored in the blob, or NULL
 * @position: as in sgz_footer_read(), or NULL
 * @copy: receives the uncompressed JSON, or NULL. The caller has to check for
 *	write errors
 */
struct sgz_toc_options {
	const char *path;
	const char *digest;
	const char *stored_digest;
	const char *position;
	FILE *copy;
};

/** sgz_toc_options_of() - take the options from those of the public call */
struct sgz_toc_options
sgz_toc_options_of(const struct stargz_index_options *opt);

/** sgz_toc_asked() - do the options require a table of contents? */
static inline bool sgz_toc_asked(const struct sgz_toc_options *opt)
{
	return opt->path || opt->digest || opt->stored_digest;
}

/** sgz_toc_absent() - fail with -EINVAL: the layer has no table of contents */
int sgz_toc_absent(const struct sgz_context *ctx);

/**
 * sgz_toc_read() - read and decode the table of contents
 * @toc: filled in; initially zeroed, except for the members documented as
 *	"set before reading". Must be released, also after an error
 * @ctx: the call
 * @opt: location and digests; @footer was read with its position
 * @blob: the layer
 * @footer: its footer
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_toc_read(struct sgz_toc *toc, const struct sgz_context *ctx,
		 const struct sgz_toc_options *opt, const struct sgz_blob *blob,
		 const struct sgz_footer *footer);

/**
 * sgz_toc_digest() - digest of the table of contents, without decoding it
 * @ctx: the call
 * @opt: as in sgz_toc_read()
 * @blob: the layer
 * @footer: its footer
 * @sha256: filled in as sgz_toc_read() would fill in the digest
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_toc_digest(const struct sgz_context *ctx,
		   const struct sgz_toc_options *opt,
		   const struct sgz_blob *blob, const struct sgz_footer *footer,
		   uint8_t sha256[STARGZ_SHA256_LEN]);

#endif /* SGZ_TOC_READ_H */
