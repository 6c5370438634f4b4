/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Which file has some bytes of a span, for messages.
 */
#ifndef SGZ_CONTENT_PLACES_H
#define SGZ_CONTENT_PLACES_H

#include <pthread.h>

#include "index/index.h"

/**
 * struct sgz_places - the places of all content
 * @index: an index that was checked
 * @lock: protects the other fields while threads run
 * @made: @list is complete, as far as there was memory
 * @list: the places, by span and offset
 */
struct sgz_places {
	const struct sgz_index *index;
	pthread_mutex_t lock;
	bool made;
	struct sgz_vec list;
};

/**
 * sgz_places_find() - find a file with some of the bytes
 * @places: the places; the first call sorts them
 * @span: number of the span
 * @pos: first byte in the decoded span
 * @len: number of bytes, not zero
 *
 * Return: an inode number, or 0 if there is no such file.
 */
uint32_t sgz_places_find(struct sgz_places *places, uint32_t span,
			 uint64_t pos, uint64_t len);

/** sgz_places_free() - release */
void sgz_places_free(struct sgz_places *places);

#endif /* SGZ_CONTENT_PLACES_H */
