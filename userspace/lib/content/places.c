// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * The table of places is made for the first fault, so that sound layers do not
 * pay for it.
 */
#include <stdlib.h>
#include <sys/stat.h>

#include "content/file.h"
#include "content/places.h"
#include "index/records.h"

/*
 * Places before the end of the wanted bytes that are examined. Files that share
 * content could make them many.
 */
#define STEPS	1000

struct place {
	uint32_t span;
	uint32_t ino;
	uint64_t start;
	uint64_t end;
};

static int compare_places(const void *left, const void *right)
{
	const struct place *a = left, *b = right;

	if (a->span != b->span)
		return a->span < b->span ? -1 : 1;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return (a->ino > b->ino) - (a->ino < b->ino);
}

/* Without memory, some files are not found. */
static void add_file(struct sgz_places *places, uint32_t ino)
{
	uint64_t size = le64toh(sgz_inode(places->index, ino)->size), pos = 0;

	while (pos < size) {
		struct place *place;
		struct sgz_run run;

		sgz_file_run(places->index, ino, pos, &run);
		pos += run.len;
		if (run.span == STARGZ_NO_SPAN)
			continue;
		place = sgz_vec_add(&places->list, 1, sizeof(*place));
		if (!place)
			return;
		place->span = run.span;
		place->ino = ino;
		place->start = run.offset;
		place->end = run.offset + run.len;
	}
}

static void make_places(struct sgz_places *places)
{
	uint64_t inodes = places->index->table[STARGZ_TABLE_INODES].count;

	for (uint64_t ino = 1; ino <= inodes; ino++)
		if (S_ISREG(le16toh(sgz_inode(places->index, ino)->mode)))
			add_file(places, ino);
	if (places->list.count)
		qsort(places->list.data, places->list.count,
		      sizeof(struct place), compare_places);
	places->made = true;
}

uint32_t sgz_places_find(struct sgz_places *places, uint32_t span,
			 uint64_t pos, uint64_t len)
{
	const struct place end = { .span = span, .start = pos + len };
	const struct place *place;
	size_t low = 0, high;
	uint32_t ino = 0;

	pthread_mutex_lock(&places->lock);
	if (!places->made)
		make_places(places);
	pthread_mutex_unlock(&places->lock);
	place = places->list.data;
	high = places->list.count;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare_places(&place[mid], &end) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (int n = 0; n < STEPS && low && place[low - 1].span == span; n++)
		if (place[--low].end > pos)
			ino = place[low].ino;
	return ino;
}

void sgz_places_free(struct sgz_places *places)
{
	sgz_vec_free(&places->list);
	pthread_mutex_destroy(&places->lock);
}
