/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * One entry of a table of contents that is being written.
 */
#ifndef SGZ_LAYER_TOC_ENTRY_H
#define SGZ_LAYER_TOC_ENTRY_H

#include <json-c/json.h>

#include "base/sha256.h"
#include "tar/reader.h"

/**
 * struct sgz_late - digest of a file that has more than one entry
 * @next: another one
 * @at: where it has to be put, once its entry is written
 * @placed: its entry is written
 * @known: all of the file was read
 * @sha256: the digest
 */
struct sgz_late {
	struct sgz_late *next;
	uint64_t at;
	bool placed;
	bool known;
	uint8_t sha256[STARGZ_SHA256_LEN];
};

/**
 * struct sgz_toc_item - an entry
 * @json: what is known of it
 * @at: where its content, or else its header, is in the tar
 * @size: bytes of content in the layer
 * @sha256: digest of them
 * @content: there are any
 * @whole: @sha256 is the digest of the file
 * @late: digest of the file, if that is known later
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

/** struct sgz_file_chunk - a part of a file that has an entry of its own */
struct sgz_file_chunk {
	uint64_t pos;
	uint64_t size;
	bool hole;
};

/**
 * sgz_toc_item_entry() - begin the entry of a file
 * @r: filled but for its content
 * @h: the header of the file
 * @type: its type as in st_mode, zero for a hard link
 *
 * Return: 0, or -ENOMEM.
 */
int sgz_toc_item_entry(struct sgz_toc_item *r, const struct sgz_tar_header *h,
		       mode_t type);

/** sgz_toc_item_more() - begin an entry for a further piece; 0 or -ENOMEM */
int sgz_toc_item_more(struct sgz_toc_item *r, const struct sgz_tar_header *h);

/** sgz_toc_item_chunk() - add what piece of its file it is; 0 or -ENOMEM */
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
