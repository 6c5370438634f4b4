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

/* How the text begins, and how json-c writes its entries. */
#define SGZ_TOC_HEAD	"{\"version\":1,\"entries\":["
#define SGZ_TOC_FORMAT	\
	(JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

/**
 * struct sgz_toc_writer - a table of contents being written
 * @ctx: the call
 * @count: entries so far
 * @lates: digests that are not known or whose place is not
 * @spool: the text so far
 */
struct sgz_toc_writer {
	const struct sgz_context *ctx;
	uint64_t count;
	struct sgz_late *lates;
	struct sgz_spool spool;
};

/** sgz_toc_writer_open() - begin; to be closed in any case */
int sgz_toc_writer_open(struct sgz_toc_writer *w,
			const struct sgz_context *ctx);

/**
 * sgz_toc_writer_add() - write an entry
 * @w: the table
 * @r: the entry; released
 * @unit: offset of its member or frame in the blob
 * @inner: offset of its content there
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_toc_writer_add(struct sgz_toc_writer *w, struct sgz_toc_item *r,
		       uint64_t unit, uint64_t inner);

/** sgz_toc_writer_late() - a digest that will be known later, or NULL */
struct sgz_late *sgz_toc_writer_late(struct sgz_toc_writer *w);

/** sgz_toc_writer_known() - it is known now; @late is not used any more */
int sgz_toc_writer_known(struct sgz_toc_writer *w, struct sgz_late *late,
			 const uint8_t sha256[STARGZ_SHA256_LEN]);

/** sgz_toc_writer_again() - begin a new text; the old one is the caller's */
int sgz_toc_writer_again(struct sgz_toc_writer *w);

/** sgz_toc_writer_put() - write the text of an entry */
int sgz_toc_writer_put(struct sgz_toc_writer *w, const char *text, size_t len);

/**
 * sgz_toc_writer_settle() - leave only what is left of the entries
 * @w: the table; all entries were written, and their digests are known
 * @e: the entries, and which records are theirs
 * @s: what became of them
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_toc_writer_settle(struct sgz_toc_writer *w,
			  const struct sgz_expected *e,
			  const struct sgz_settled *s);

/** sgz_toc_writer_end() - no more entries; the text is in the spool */
int sgz_toc_writer_end(struct sgz_toc_writer *w);

/** sgz_toc_writer_close() - release */
void sgz_toc_writer_close(struct sgz_toc_writer *w);

#endif /* SGZ_LAYER_TOC_WRITE_H */
