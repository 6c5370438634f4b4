/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Writing a table of contents.
 */
#ifndef SGZ_LAYER_TOC_WRITE_H
#define SGZ_LAYER_TOC_WRITE_H

#include "base/spool.h"
#include "index/settle.h"
#include "layer/expect.h"
#include "layer/toc_entry.h"

/* Start of the text, and flags of json-c for its entries. */
#define SGZ_TOC_HEAD	"{\"version\":1,\"entries\":["
#define SGZ_TOC_FORMAT	\
	(JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

/**
 * struct sgz_toc_writer - writer of a table of contents
 * @ctx: the call
 * @count: number of entries so far
 * @lates: digests whose value or position is not known yet
 * @spool: the text so far
 */
struct sgz_toc_writer {
	const struct sgz_context *ctx;
	uint64_t count;
	struct sgz_late *lates;
	struct sgz_spool spool;
};

/** sgz_toc_writer_open() - start; must be closed, also after an error */
int sgz_toc_writer_open(struct sgz_toc_writer *w,
			const struct sgz_context *ctx);

/**
 * sgz_toc_writer_add() - write an entry
 * @w: the table
 * @r: the entry; on success the call releases its JSON
 * @unit: offset of its member or frame in the blob
 * @inner: offset of its content there
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_toc_writer_add(struct sgz_toc_writer *w, struct sgz_toc_item *r,
		       uint64_t unit, uint64_t inner);

/** sgz_toc_writer_late() - add a digest that will be known later, or NULL */
struct sgz_late *sgz_toc_writer_late(struct sgz_toc_writer *w);

/** sgz_toc_writer_known() - set the digest; the caller must forget @late */
int sgz_toc_writer_known(struct sgz_toc_writer *w, struct sgz_late *late,
			 const uint8_t sha256[STARGZ_SHA256_LEN]);

/** sgz_toc_writer_again() - start a new text; the caller took the old one */
int sgz_toc_writer_again(struct sgz_toc_writer *w);

/** sgz_toc_writer_put() - write the text of an entry */
int sgz_toc_writer_put(struct sgz_toc_writer *w, const char *text, size_t len);

/**
 * sgz_toc_writer_settle() - remove and change entries that others replace
 * @w: the table; all entries were written, and their digests are known
 * @e: the entries, and their records
 * @s: result of sgz_settle() for the entries
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_toc_writer_settle(struct sgz_toc_writer *w,
			  const struct sgz_expected *e,
			  const struct sgz_settled *s);

/** sgz_toc_writer_end() - complete the text in the spool */
int sgz_toc_writer_end(struct sgz_toc_writer *w);

/** sgz_toc_writer_close() - release */
void sgz_toc_writer_close(struct sgz_toc_writer *w);

#endif /* SGZ_LAYER_TOC_WRITE_H */
