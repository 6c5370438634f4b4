/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Proving a layer while it is made: its headers are read back as they are
 * written, its table of contents when it is complete, and the positions of content
 * are counted a second time. No content is decoded.
 */
#ifndef SGZ_LAYER_PROVE_H
#define SGZ_LAYER_PROVE_H

#include "base/spool.h"
#include "index/settle.h"
#include "layer/expect.h"
#include "layer/job.h"
#include "layer/options.h"
#include "source/rewrite.h"
#include "source/source.h"

/**
 * struct sgz_proof - what is known of a layer besides its source
 * @ctx: the call
 * @codec: compression of the layer
 * @hr: reads header blocks
 * @left: struct sgz_xattr of the source, sorted
 * @right: struct sgz_xattr of the header blocks, sorted
 * @tar: bytes of the tar so far
 * @member_end: bytes of the tar in complete members
 * @members: where each member is
 * @places: where the content of each expected entry is
 * @runs: struct sgz_tar_run of sparse files
 * @pieces: digests of chunks
 */
struct sgz_proof {
	const struct sgz_context *ctx;
	enum stargz_codec codec;
	struct sgz_head_reader hr;
	struct sgz_vec left;
	struct sgz_vec right;
	uint64_t tar;
	uint64_t member_end;
	struct sgz_vec members;
	struct sgz_vec places;
	struct sgz_vec runs;
	struct sgz_vec pieces;
};

/**
 * sgz_prove_head() - do the header blocks of an entry say what its source says?
 * @p: zeroed at first, except @ctx and @codec
 * @entry: the entry; its blocks are the next bytes of the tar
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_prove_head(struct sgz_proof *p, const struct sgz_source_entry *entry);

/**
 * sgz_prove_place() - note where the content of the last expected entry starts
 * @p: the proof; the next bytes of the tar are the content
 * @h: header of the entry, or NULL if it has no content
 *
 * Return: 0, or -ENOMEM with the error text set.
 */
int sgz_prove_place(struct sgz_proof *p, const struct sgz_tar_header *h);

/** sgz_prove_piece() - note the digest of the next chunk, or -ENOMEM */
int sgz_prove_piece(struct sgz_proof *p,
		    const uint8_t sha256[STARGZ_SHA256_LEN]);

/**
 * sgz_prove_member() - note where a member is, and look at its size and checksum
 * @p: the proof
 * @unit: offset of the member in the layer
 * @job: the member and its decoded bytes
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_prove_member(struct sgz_proof *p, uint64_t unit,
		     const struct sgz_job *job);

/**
 * sgz_prove_toc() - does the table of contents say what the source says?
 * @p: the proof
 * @e: the source, all of it
 * @s: entries that are not in the table, or changed there
 * @stored: the table, compressed
 * @made: with digest and size of the table
 * @data_end: end of the last member
 *
 * The table is decoded. Names, attributes, links, digests, and the positions of
 * all content are compared.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_prove_toc(struct sgz_proof *p, struct sgz_expected *e,
		  const struct sgz_settled *s, struct sgz_spool *stored,
		  const struct stargz_made *made, uint64_t data_end);

/** sgz_proof_free() - release */
void sgz_proof_free(struct sgz_proof *p);

#endif /* SGZ_LAYER_PROVE_H */
