/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Reading all content of an index once, by several threads, and digests of
 * parts of it.
 */
#ifndef SGZ_CONTENT_READ_ALL_H
#define SGZ_CONTENT_READ_ALL_H

#include <stdatomic.h>

#include "base/faults.h"
#include "base/sha256.h"
#include "index/lookup.h"
#include "index/tables.h"

/* Most bytes of decoded spans that all threads together hold at a time. */
#define SGZ_CONTENT_MEMORY	(512ull << 20)

/*
 * So many times as many bytes as all spans hold, and a number that is small in any
 * case, are read for files that share content.
 */
#define SGZ_CONTENT_SHARED_MAX	64
#define SGZ_CONTENT_SHARED_MIN	(1ull << 30)
/*
 * Most bytes of holes of which digests are made. /var/log/lastlog has 1.2 TiB where
 * there is a user with the greatest number.
 */
#define SGZ_CONTENT_HOLES_MAX	(4ull << 40)

/**
 * enum sgz_range_state - what became of a range
 * @SGZ_RANGE_PENDING: nothing yet
 * @SGZ_RANGE_READ: its digest is known
 * @SGZ_RANGE_BROKEN: it could not be read
 */
enum sgz_range_state {
	SGZ_RANGE_PENDING,
	SGZ_RANGE_READ,
	SGZ_RANGE_BROKEN,
};

/**
 * struct sgz_range - a run of a file whose digest is wanted
 * @ino: the file, a regular one
 * @state: &enum sgz_range_state
 * @compare: @sha256 is what the digest should be; else it is set
 * @pos: first byte
 * @len: bytes; within the file
 * @sha256: digest
 */
struct sgz_range {
	uint32_t ino;
	uint8_t state;
	bool compare;
	uint64_t pos;
	uint64_t len;
	uint8_t sha256[STARGZ_SHA256_LEN];
};

/**
 * struct sgz_content - what is to be read
 * @ctx: the call
 * @index: an index that was checked
 * @blobs: for each record of its blob table the blob; no descriptor, -1: it is
 *	not at hand, and its spans are passed over
 * @names: paths of its inodes, for messages
 * @ranges: struct sgz_range; sorted by the call
 * @threads: how many read, at least one
 * @all: decode every span, not only those of ranges
 * @faults: gets what is damaged or not what it should be
 */
struct sgz_content {
	const struct sgz_context *ctx;
	const struct sgz_index *index;
	struct sgz_blob *blobs;
	const struct sgz_inodepath *names;
	struct sgz_vec ranges;
	unsigned int threads;
	bool all;
	struct sgz_faults *faults;
};

/**
 * sgz_content_read() - read, and fill or compare the digests of all ranges
 * @content: what to do
 *
 * Return: 0, also with faults, or a negative errno with the error text set if
 * the work could not be done.
 */
int sgz_content_read(struct sgz_content *content);

/**
 * struct sgz_lane - ranges of one file that do not overlap, in order
 * @first: number of the first one, or of the one at hand
 * @end: number behind the last one
 */
struct sgz_lane {
	uint32_t first;
	uint32_t end;
};

/**
 * struct sgz_file_job - a file that is read from start to end
 * @lanes: two ranges may overlap: a chunk, and the file as a whole
 */
struct sgz_file_job {
	struct sgz_lane lanes[2];
};

/**
 * struct sgz_plan - who has to do what
 * @content: what to do
 * @within: ranges before this number lie in one compressed span each, and are
 *	sorted by it; the others belong to files
 * @files: struct sgz_file_job
 * @owner: for each span an inode with content there, or 0
 * @claimed: for each span: somebody decodes it and looks at its ranges
 * @next_file: next one that nobody reads
 * @next_span: next one that nobody looked at
 * @done: compressed bytes decoded so far
 * @total: compressed bytes in all
 */
struct sgz_plan {
	struct sgz_content *content;
	size_t within;
	struct sgz_vec files;
	struct sgz_vec owner;
	atomic_uchar *claimed;
	atomic_size_t next_file;
	atomic_size_t next_span;
	atomic_ullong done;
	uint64_t total;
};

/**
 * sgz_plan_make() - sort the ranges into jobs
 * @plan: filled; zeroed by the caller
 * @content: what to do
 *
 * Return: 0, -ENOMEM, or -E2BIG if it is much more work than there is content;
 * with the error text set.
 */
int sgz_plan_make(struct sgz_plan *plan, struct sgz_content *content);

/** sgz_plan_free() - release */
void sgz_plan_free(struct sgz_plan *plan);

/** sgz_plan_range() - range by its number */
static inline struct sgz_range *sgz_plan_range(const struct sgz_plan *plan,
					       size_t i)
{
	return (struct sgz_range *)plan->content->ranges.data + i;
}

#endif /* SGZ_CONTENT_READ_ALL_H */
