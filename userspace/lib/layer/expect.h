/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The data of the entries of a source, recorded while the layer is made, with
 * which the layer is compared.
 */
#ifndef SGZ_LAYER_EXPECT_H
#define SGZ_LAYER_EXPECT_H

#include "tar/reader.h"
#include "toc/toc.h"

/**
 * struct sgz_expected - data of a source
 * @ctx: the call, without warnings: the reader of the source has warned
 * @full: also record attributes and digests, not only names, links and types
 * @toc: the entries, as if they were read from a tar, but without chunks
 * @first: uint64_t, for each entry the number of its first record
 * @attrs: attributes of the current entry
 */
struct sgz_expected {
	struct sgz_context ctx;
	bool full;
	struct sgz_toc toc;
	struct sgz_vec first;
	struct sgz_vec attrs;
};

/** sgz_expect_open() - start; @e is zeroed, except that @full may be set */
void sgz_expect_open(struct sgz_expected *e, const struct sgz_context *ctx);

/**
 * sgz_expect() - record an entry
 * @e: destination
 * @h: its header
 * @type: its type as in st_mode, zero for a hard link
 * @record: number of its first record in the table of contents
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_expect(struct sgz_expected *e, const struct sgz_tar_header *h,
	       mode_t type, uint64_t record);

/** sgz_expect_digest() - record the digest of the last entry, a regular file */
void sgz_expect_digest(struct sgz_expected *e,
		       const uint8_t sha256[STARGZ_SHA256_LEN]);

/** sgz_expect_close() - release */
void sgz_expect_close(struct sgz_expected *e);

#endif /* SGZ_LAYER_EXPECT_H */
