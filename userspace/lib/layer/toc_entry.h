/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * An entry of a new table of contents.
 */
#ifndef SGZ_LAYER_TOC_ENTRY_H
#define SGZ_LAYER_TOC_ENTRY_H

#include <json-c/json.h>

#include "base/sha256.h"
#include "tar/reader.h"

/**
 * struct sgz_late - digest of a file with more than one entry
 * @next: next in the list
 * @prev: pointer that points to this one
 * @at: its position in the text, if @placed
 * @placed: the entry is written
 * @known: the whole file was read
 * @sha256: the digest, if @known
 */
struct sgz_late {
	struct sgz_late *next;
	struct sgz_late **prev;
	uint64_t at;
	bool placed;
	bool known;
	uint8_t sha256[STARGZ_SHA256_LEN];
};

/**
 * struct sgz_toc_item - an entry
 * @json: the entry, without position and digests
 * @at: position of its content in the tar, or of its header without content
 * @size: size of its content in the layer in bytes
 * @sha256: digest of this content
 * @content: it has content in the layer
 * @whole: @sha256 is the digest of the whole file
 * @late: digest of the whole file, if it is known later
 */
struct sgz_toc_item {
	struct json_object *json;
	uint64_t at;
	uint64_t size;
	uint8_t sha256[STARGZ_SHA256_LEN];
	bool content;
	bool whole;
	struct sgz_late *late;
};

/** struct sgz_file_chunk - a part of a file that has its own entry */
struct sgz_file_chunk {
	uint64_t pos;
	uint64_t size;
	bool hole;
};

/**
 * sgz_toc_item_entry() - start the entry of a file
 * @r: filled in, except its content
 * @h: the header of the file
 * @type: its type as in st_mode, zero for a hard link
 *
 * Return: 0, or -ENOMEM.
 */
int sgz_toc_item_entry(struct sgz_toc_item *r, const struct sgz_tar_header *h,
		       mode_t type);

/** sgz_toc_item_more() - start the entry of a further chunk; 0 or -ENOMEM */
int sgz_toc_item_more(struct sgz_toc_item *r, const struct sgz_tar_header *h);

/** sgz_toc_item_chunk() - add position and size in the file; 0 or -ENOMEM */
int sgz_toc_item_chunk(struct sgz_toc_item *r, const struct sgz_tar_header *h,
		       const struct sgz_file_chunk *piece);

/** sgz_toc_item_number() - add a number, unless it is zero; 0 or -ENOMEM */
int sgz_toc_item_number(struct sgz_toc_item *r, const char *key, uint64_t value);

/** sgz_toc_item_digest() - add a digest; 0 or -ENOMEM */
int sgz_toc_item_digest(struct sgz_toc_item *r, const char *key,
			const uint8_t sha256[STARGZ_SHA256_LEN]);

/** sgz_records_free() - release a vector of records */
void sgz_records_free(struct sgz_vec *records);

#endif /* SGZ_LAYER_TOC_ENTRY_H */
