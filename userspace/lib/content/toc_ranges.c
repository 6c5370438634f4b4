// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Chunks and whole files with a digest. If the digest of a file equals that of
 * its only chunk, there is one range for both.
 */
#include <string.h>

#include "content/read_all.h"
#include "content/toc_ranges.h"

static int add(struct sgz_vec *ranges, uint32_t ino, uint64_t pos,
	       uint64_t len, const struct sgz_digest *digest)
{
	struct sgz_range *range = sgz_vec_add(ranges, 1, sizeof(*range));

	if (!range)
		return -ENOMEM;
	range->ino = ino;
	range->pos = pos;
	range->len = len;
	range->compare = true;
	memcpy(range->sha256, digest->sha256, STARGZ_SHA256_LEN);
	return 0;
}

static const struct sgz_digest *chunk_digest(const struct sgz_toc *toc,
					     uint32_t i)
{
	return (const struct sgz_digest *)toc->chunk_digests.data + i;
}

static int add_chunks(struct sgz_vec *ranges, const struct sgz_toc *toc,
		      const struct sgz_entry *entry,
		      const struct sgz_digest *file)
{
	for (uint32_t i = entry->a; i < entry->a + entry->b; i++) {
		const struct sgz_chunk *chunk = sgz_toc_chunk(toc, i);
		const struct sgz_digest *digest = chunk_digest(toc, i);

		if (!digest->set || chunk->zeroes || !chunk->size)
			continue;
		if (file->set && chunk->size == entry->size &&
		    !memcmp(file->sha256, digest->sha256, STARGZ_SHA256_LEN))
			continue;
		if (add(ranges, entry->ino, chunk->pos, chunk->size, digest))
			return -ENOMEM;
	}
	return 0;
}

int sgz_toc_ranges(struct sgz_vec *ranges, const struct sgz_context *ctx,
		   const struct sgz_toc *toc)
{
	const struct sgz_digest *file = toc->file_digests.data;

	/* A layer without a table of contents has no digests. */
	for (size_t i = 0; i < toc->file_digests.count; i++) {
		const struct sgz_entry *entry = sgz_toc_entry(toc, i);

		if (!sgz_entry_is(entry, S_IFREG) || !entry->ino)
			continue;
		if (file[i].set &&
		    add(ranges, entry->ino, 0, entry->size, &file[i]))
			return sgz_nomem(ctx);
		if (add_chunks(ranges, toc, entry, &file[i]))
			return sgz_nomem(ctx);
	}
	return 0;
}
