/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * What a layer is made from: a sequence of tar entries, each with its header
 * blocks as they are to stand in the layer. Where they come from (a tar, a
 * directory, another layer) and what was changed on the way (owners, times,
 * order) is behind this interface; who makes a layer knows nothing of it.
 */
#ifndef SGZ_SOURCE_SOURCE_H
#define SGZ_SOURCE_SOURCE_H

#include "base/sha256.h"
#include "tar/reader.h"

/**
 * struct sgz_source_entry - one entry
 * @h: what its header says
 * @head: its header blocks, extension headers with their payload among them,
 *	as they are to be written
 * @head_len: bytes there, a multiple of %SGZ_TAR_BLOCK
 * @place: for sgz_source.again of the source that gave it, and for nobody else
 *
 * All of it stays valid until the next call for an entry.
 */
struct sgz_source_entry {
	const struct sgz_tar_header *h;
	const void *head;
	size_t head_len;
	uint64_t place;
};

/**
 * struct sgz_source - where entries come from
 * @next: go to the next entry; what was not read of the last one is skipped.
 *	Returns 1, 0 after the last one, or a negative errno with the error
 *	text set. @entry is filled only when 1 is returned.
 * @read: read what follows the header blocks of the entry: its payload of
 *	h->size bytes and the padding to a whole block. After the last entry:
 *	what ends the archive, its blocks of zeroes and all that follows them.
 *	Returns how many bytes, 0 at the end, or a negative errno.
 * @again: begin to read the payload of an entry once more. Of @entry, h->name,
 *	h->size and @place have to be as they were given. Then @read is about
 *	that payload, and @next goes on as if nothing had happened. NULL if the
 *	source can only be read once, or if it may have sparse files. Returns 0
 *	or a negative errno.
 * @close: release all, this structure too
 */
struct sgz_source {
	int (*next)(struct sgz_source *source, struct sgz_source_entry *entry);
	ssize_t (*read)(struct sgz_source *source, void *buf, size_t len);
	int (*again)(struct sgz_source *source,
		     const struct sgz_source_entry *entry);
	void (*close)(struct sgz_source *source);
};

/**
 * sgz_source_digest() - SHA-256 of the payload of the entry at hand
 * @source: the source; nothing of the payload was read
 * @ctx: the call
 * @h: header of the entry
 * @sha: makes digests
 * @digest: set to it
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_source_digest(struct sgz_source *source, const struct sgz_context *ctx,
		      const struct sgz_tar_header *h, struct sgz_sha256 *sha,
		      uint8_t digest[STARGZ_SHA256_LEN]);

#endif /* SGZ_SOURCE_SOURCE_H */
