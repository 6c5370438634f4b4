/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Reading all content of an index once, with several threads, and computing
 * digests of parts of it.
 */
#ifndef SGZ_CONTENT_READ_ALL_H
#define SGZ_CONTENT_READ_ALL_H

#include <stdatomic.h>

#include "base/faults.h"
#include "base/sha256.h"
#include "content/places.h"
#include "index/lookup.h"
#include "index/tables.h"

/* Maximum size in bytes of the decoded spans of all threads. */
#define SGZ_CONTENT_MEMORY	(512ull << 20)

/*
 * Limit of the bytes that are read for files that share content:
 * SGZ_CONTENT_SHARED_MIN plus SGZ_CONTENT_SHARED_MAX times the size of all
 * spans.
 */
#define SGZ_CONTENT_SHARED_MAX	64
#define SGZ_CONTENT_SHARED_MIN	(1ull << 30)

/**
 * enum sgz_range_state - state of a range
 * @SGZ_RANGE_PENDING: not read yet
 * @SGZ_RANGE_READ: its digest is known
 * @SGZ_RANGE_BROKEN: it could not be read
 */
enum sgz_range_state {
	SGZ_RANGE_PENDING,
	SGZ_RANGE_READ,
	SGZ_RANGE_BROKEN,
};

/**
 * struct sgz_range - a part of a file whose digest is wanted
 * @ino: the file, a regular one
 * @state: &enum sgz_range_state
 * @compare: compare the digest with @sha256; else set @sha256
 * @pos: first byte
 * @len: length in bytes; must be within the file
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
 * struct sgz_content - content to read
 * @ctx: the call
 * @index: an index that was checked
 * @blobs: the blob of each record of the blob table; if its descriptor is -1,
 *	it is missing, and its spans are skipped
 * @names: paths of its inodes, for messages
 * @ranges: struct sgz_range; the call sorts them
 * @threads: number of threads, at least one
 * @all: decode every span, not only those of ranges
 * @undigested: for each span, whether to decode it and to store its digests in
 *	the index, which has no digests yet; or NULL. Such spans are compressed
 * @faults: receives damaged spans and wrong digests
 */
struct sgz_content {
	const struct sgz_context *ctx;
	const struct sgz_index *index;
	struct sgz_blob *blobs;
	const struct sgz_inodepath *names;
	struct sgz_vec ranges;
	unsigned int threads;
	bool all;
	const uint8_t *undigested;
	struct sgz_faults *faults;
};

/**
 * sgz_content_read() - read, and set or compare the digests of all ranges
 * @content: the content
 *
 * Return: 0, also with faults, or a negative errno with the error text set if
 * the call could not complete.
 */
int sgz_content_read(struct sgz_content *content);

/**
 * struct sgz_lane - ranges of one file that do not overlap, in order
 * @first: number of the first or current range
 * @end: number of the last range plus one
 */
struct sgz_lane {
	uint32_t first;
	uint32_t end;
};

/**
 * struct sgz_file_job - a file that is read from start to end
 * @lanes: ranges of different lanes may overlap: a chunk and the whole file
 */
struct sgz_file_job {
	struct sgz_lane lanes[2];
};

/**
 * struct sgz_plan - jobs of the threads
 * @content: the content
 * @within: number of ranges that lie within one compressed span each, sorted by
 *	span; the ranges after them belong to @files
 * @files: struct sgz_file_job
 * @owner: for each span an inode with content there, or 0
 * @places: which file has which bytes of a span
 * @claimed: for each span: a thread decodes it and handles its ranges
 * @next_file: next file to read
 * @next_span: next span to decode
 * @done: compressed bytes decoded so far
 * @total: total number of compressed bytes
 */
struct sgz_plan {
	struct sgz_content *content;
	size_t within;
	struct sgz_vec files;
	struct sgz_vec owner;
	struct sgz_places places;
	atomic_uchar *claimed;
	atomic_size_t next_file;
	atomic_size_t next_span;
	atomic_ullong done;
	uint64_t total;
};

/**
 * sgz_plan_make() - sort the ranges into jobs
 * @plan: filled in; initially zeroed, except the lock of @places
 * @content: the ranges
 *
 * Return: 0, -ENOMEM, or -E2BIG if the work exceeds the limits above; with the
 * error text set.
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
