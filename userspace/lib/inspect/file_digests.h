/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * SHA-256 digests of whole files.
 */
#ifndef SGZ_INSPECT_FILE_DIGESTS_H
#define SGZ_INSPECT_FILE_DIGESTS_H

#include "base/sha256.h"
#include "inspect/opened.h"

/**
 * struct sgz_filedigests - digests of files of an index
 * @ranges: struct sgz_range of the files
 * @place: for each inode one plus the number of its range, or zero
 */
struct sgz_filedigests {
	struct sgz_vec ranges;
	struct sgz_vec place;
};

/** sgz_filedigests_open() - prepare for the files of @o; @d must be zeroed */
int sgz_filedigests_open(struct sgz_filedigests *d, const struct sgz_opened *o);

/** sgz_filedigests_want() - request a digest; ignores empty and other files */
int sgz_filedigests_want(struct sgz_filedigests *d, const struct sgz_opened *o,
			 uint32_t ino);

/**
 * sgz_filedigests_read() - read the requested files
 * @d: the requests
 * @o: the index, which was checked, and its blobs
 * @threads: number of threads that read
 *
 * Return: 0, or a negative errno with the error text set, also if content is
 * damaged or a blob is missing.
 */
int sgz_filedigests_read(struct sgz_filedigests *d, struct sgz_opened *o,
			 unsigned int threads);

/** sgz_filedigests_get() - digest of a file that was read, or NULL */
const uint8_t *sgz_filedigests_get(const struct sgz_filedigests *d,
				   uint32_t ino);

/** sgz_filedigests_free() - release */
void sgz_filedigests_free(struct sgz_filedigests *d);

#endif /* SGZ_INSPECT_FILE_DIGESTS_H */
