/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Decoding one entry of a TOC.
 */
#ifndef SGZ_TOC_ENTRY_H
#define SGZ_TOC_ENTRY_H

#include <json-c/json.h>

#include "toc/toc.h"

/**
 * enum sgz_chunk_owner - what a chunk entry would now belong to
 * @SGZ_OWNER_NONE: nothing; no entry came yet, or one that has no content
 * @SGZ_OWNER_FILE: the last entry, a regular file
 * @SGZ_OWNER_LEFT_OUT: an entry that was left out, and its chunks with it
 */
enum sgz_chunk_owner {
	SGZ_OWNER_NONE,
	SGZ_OWNER_FILE,
	SGZ_OWNER_LEFT_OUT,
};

/**
 * struct sgz_decoder - state between entries
 * @ctx: the call
 * @toc: what is being filled
 * @seen: entries so far, chunks included
 * @owner: what a chunk belongs to
 * @pos: with %SGZ_OWNER_FILE: where the next chunk must begin
 * @attrs: struct sgz_xattr of the entry at hand
 * @values: decoded attribute values of the entry at hand
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

/** sgz_decoder_end() - no element follows: is the last file whole? */
int sgz_decoder_end(struct sgz_decoder *d);

/** sgz_decoder_free() - release */
void sgz_decoder_free(struct sgz_decoder *d);

/**
 * sgz_json_int() - the value of a JSON integer
 * @value: any JSON value
 * @number: set to the integer
 *
 * Return: 0, or -EINVAL if it is no integer or not within int64_t.
 */
int sgz_json_int(struct json_object *value, int64_t *number);

#endif /* SGZ_TOC_ENTRY_H */
