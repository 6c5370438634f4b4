/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Decoding one entry of a TOC.
 */
#ifndef SGZ_TOC_ENTRY_H
#define SGZ_TOC_ENTRY_H

#include <json-c/json.h>

#include "toc/toc.h"

/**
 * enum sgz_chunk_owner - what the next chunk entry would belong to
 * @SGZ_OWNER_NONE: nothing: there is no entry yet, or the last one cannot have
 *	content
 * @SGZ_OWNER_FILE: the last entry, a regular file
 * @SGZ_OWNER_LEFT_OUT: an entry that was left out; its chunks are left out too
 */
enum sgz_chunk_owner {
	SGZ_OWNER_NONE,
	SGZ_OWNER_FILE,
	SGZ_OWNER_LEFT_OUT,
};

/**
 * struct sgz_decoder - decoder state between entries
 * @ctx: the call
 * @toc: filled in
 * @seen: number of entries so far, chunks included
 * @owner: what the next chunk belongs to
 * @pos: with %SGZ_OWNER_FILE: offset in the file where the next chunk must
 *	start
 * @attrs: struct sgz_xattr of the current entry
 * @values: decoded attribute values of the current entry
 */
struct sgz_decoder {
	const struct sgz_context *ctx;
	struct sgz_toc *toc;
	uint64_t seen;
	enum sgz_chunk_owner owner;
	uint64_t pos;
	struct sgz_vec attrs;
	struct sgz_arena values;
};

/** sgz_decoder_entry() - decode the next element of "entries" */
int sgz_decoder_entry(struct sgz_decoder *d, struct json_object *value);

/** sgz_decoder_end() - check that the chunks of the last file are complete */
int sgz_decoder_end(struct sgz_decoder *d);

/** sgz_decoder_free() - release */
void sgz_decoder_free(struct sgz_decoder *d);

/**
 * sgz_json_int() - the value of a JSON integer
 * @value: any JSON value
 * @number: set to the integer
 *
 * Return: 0, or -EINVAL if it is not an integer or does not fit in int64_t.
 */
int sgz_json_int(struct json_object *value, int64_t *number);

#endif /* SGZ_TOC_ENTRY_H */
