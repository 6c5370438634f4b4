/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The source of a layer: a sequence of tar entries with the header blocks of
 * the layer. This interface hides the origin of the entries (a tar, a
 * directory, another layer) and their changes (owners, times, order) from the
 * code that makes layers.
 */
#ifndef SGZ_SOURCE_SOURCE_H
#define SGZ_SOURCE_SOURCE_H

#include "base/sha256.h"
#include "tar/reader.h"

/**
 * struct sgz_source_entry - one entry
 * @h: the parsed header
 * @head: its header blocks for the layer, including extension headers with
 *	their payload
 * @head_len: size of @head in bytes, a multiple of %SGZ_TAR_BLOCK
 * @place: private data of the source for sgz_source.again
 *
 * Valid until the next call for an entry.
 */
struct sgz_source_entry {
	const struct sgz_tar_header *h;
	const void *head;
	size_t head_len;
	uint64_t place;
};

/**
 * struct sgz_source - a source of entries
 * @next: go to the next entry and skip the rest of the current one. Returns 1,
 *	0 after the last one, or a negative errno with the error text set. Fills
 *	in @entry only with 1.
 * @read: read the bytes after the header blocks of the entry: its payload of
 *	h->size bytes and the padding to a whole block. After the last entry,
 *	read the end of the archive: its blocks of zeroes and everything after
 *	them. Returns the number of bytes, 0 at the end, or a negative errno.
 * @again: start reading the payload of an earlier entry again. h->name, h->size,
 *	h->runs and @place of @entry must be those of @next. Then @read reads
 *	that payload; @next is not affected. NULL if the source can be read only
 *	once, or if it has sparse files that the caller did not request. Returns
 *	0 or a negative errno.
 * @close: release everything, including this structure
 */
struct sgz_source {
	int (*next)(struct sgz_source *source, struct sgz_source_entry *entry);
	ssize_t (*read)(struct sgz_source *source, void *buf, size_t len);
	int (*again)(struct sgz_source *source,
		     const struct sgz_source_entry *entry);
	void (*close)(struct sgz_source *source);
};

/**
 * sgz_source_digest() - SHA-256 of the file of the current entry, holes included
 * @source: the source, before the first byte of the payload
 * @ctx: the call
 * @h: header of the entry
 * @sha: an open digest
 * @digest: set to the digest
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_source_digest(struct sgz_source *source, const struct sgz_context *ctx,
		      const struct sgz_tar_header *h, struct sgz_sha256 *sha,
		      uint8_t digest[STARGZ_SHA256_LEN]);

#endif /* SGZ_SOURCE_SOURCE_H */
