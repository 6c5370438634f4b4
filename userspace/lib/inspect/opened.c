// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Opening layers, indexes and device images, with the same sources as a mount.
 */
#include <stdlib.h>

#include "build/index.h"
#include "index/read.h"
#include "index/records.h"
#include "inspect/opened.h"

int sgz_opened_file(struct sgz_opened *o, const struct sgz_context *ctx,
		    const struct stargz_index_options *opt, int fd)
{
	int ret;

	o->ctx = ctx;
	o->opt = opt;
	ret = sgz_blob_open(&o->file, ctx, fd, 0, 0);
	if (!ret && o->file.pipe)
		ret = sgz_fail(ctx, -EINVAL,
			       "not a regular file or block device");
	if (!ret)
		o->layer = !sgz_is_index(o->file.head, o->file.head_len);
	return ret;
}

int sgz_opened_layer(struct sgz_opened *o)
{
	int ret = sgz_index_digests(&o->index, o->ctx, o->opt, &o->file,
				    &o->ranges);

	if (!ret)
		ret = sgz_index_seal(&o->index, o->ctx);
	if (ret)
		return ret;
	o->blobs = malloc(sizeof(*o->blobs));
	if (!o->blobs)
		return sgz_nomem(o->ctx);
	o->blobs[0] = o->file;
	return 0;
}

static int too_short(const struct sgz_opened *o, size_t i, uint64_t have,
		     struct sgz_faults *faults)
{
	const struct stargz_blob *b = sgz_blob_record(&o->index, i);
	unsigned long long start = le64toh(b->start);
	unsigned long long end = start + le64toh(b->used);

	if (!faults)
		return sgz_fail(o->ctx, -EUCLEAN,
				"blob %zu reaches from byte %llu to %llu, its source ends at %llu",
				i, start, end, (unsigned long long)have);
	sgz_faults_add(faults, 0, -EUCLEAN,
		       "blob %zu reaches from byte %llu to %llu, its source ends at %llu",
		       i, start, end, (unsigned long long)have);
	return 0;
}

/* Open a blob up to its last span: a loop device may cut off the end. */
static int open_blob(struct sgz_opened *o, size_t i, int fd,
		     struct sgz_faults *faults)
{
	const struct stargz_blob *b = sgz_blob_record(&o->index, i);
	uint64_t start = le64toh(b->start), size = le64toh(b->size);
	uint64_t used = le64toh(b->used);
	struct sgz_blob whole;
	int ret;

	ret = sgz_blob_open(&whole, o->ctx, fd, 0, 0);
	if (ret)
		return ret;
	if (start > INT64_MAX || start > whole.size ||
	    used > whole.size - start)
		return too_short(o, i, whole.size, faults);
	if (size > whole.size - start)
		size = whole.size - start;
	if (size)
		return sgz_blob_open(&o->blobs[i], o->ctx, fd, start, size);
	/* For sgz_blob_open(), size zero means: up to the end of the file. */
	o->blobs[i] = whole;
	o->blobs[i].start = start;
	o->blobs[i].size = 0;
	o->blobs[i].head_len = 0;
	return 0;
}

static int compare_places(const void *left, const void *right, void *index)
{
	const struct stargz_blob *a =
		sgz_blob_record(index, *(const uint32_t *)left);
	const struct stargz_blob *b =
		sgz_blob_record(index, *(const uint32_t *)right);

	if (a->source != b->source)
		return le32toh(a->source) < le32toh(b->source) ? -1 : 1;
	if (a->start != b->start)
		return le64toh(a->start) < le64toh(b->start) ? -1 : 1;
	return (le64toh(a->used) > le64toh(b->used)) -
	       (le64toh(a->used) < le64toh(b->used));
}

/* Find two blobs of the same source that overlap; false if there are none. */
static bool find_overlap(const struct sgz_index *index, uint32_t *order,
			 uint32_t *a, uint32_t *b)
{
	size_t count = index->table[STARGZ_TABLE_BLOBS].count;

	for (size_t i = 0; i < count; i++)
		order[i] = i;
	qsort_r(order, count, sizeof(*order), compare_places, (void *)index);
	*a = order[0];
	for (size_t i = 1; i < count; i++) {
		const struct stargz_blob *one = sgz_blob_record(index, *a);
		const struct stargz_blob *next = sgz_blob_record(index, order[i]);

		if (!next->used)
			continue;
		*b = order[i];
		if (one->source == next->source &&
		    le64toh(next->start) - le64toh(one->start) <
		    le64toh(one->used))
			return true;
		*a = *b;
	}
	return false;
}

/* Each blob is read as a whole, so overlapping ones could multiply the work. */
static int check_overlap(const struct sgz_opened *o, struct sgz_faults *faults)
{
	size_t count = o->index.table[STARGZ_TABLE_BLOBS].count;
	uint32_t *order = calloc(count + 1, sizeof(*order)), a = 0, b = 0;
	bool found;

	if (!order)
		return sgz_nomem(o->ctx);
	found = find_overlap(&o->index, order, &a, &b);
	free(order);
	if (!found)
		return 0;
	if (!faults)
		return sgz_fail(o->ctx, -EUCLEAN,
				"blobs %u and %u of the index overlap", a, b);
	sgz_faults_add(faults, 0, -EUCLEAN,
		       "blobs %u and %u of the index overlap", a, b);
	return 0;
}

int sgz_opened_blobs(struct sgz_opened *o, const int *fds, size_t count,
		     struct sgz_faults *faults)
{
	size_t blobs = o->index.table[STARGZ_TABLE_BLOBS].count;
	int ret = check_overlap(o, faults);

	if (ret)
		return ret;

	o->blobs = calloc(blobs + 1, sizeof(*o->blobs));
	if (!o->blobs)
		return sgz_nomem(o->ctx);
	for (size_t i = 0; i < blobs; i++)
		o->blobs[i].fd = -1;
	for (size_t i = 0; !ret && i < blobs; i++) {
		uint32_t source = le32toh(sgz_blob_record(&o->index,
							  i)->source);

		if (source >= count)
			continue;
		ret = open_blob(o, i, fds[source] < 0 ? o->file.fd :
						       fds[source], faults);
	}
	return ret;
}

int sgz_opened_read(struct sgz_opened *o, const int *fds, size_t count)
{
	int ret;

	if (o->layer)
		return sgz_opened_layer(o);
	ret = sgz_index_read(&o->index, o->ctx, &o->file);
	return ret ? ret : sgz_opened_blobs(o, fds, count, NULL);
}

void sgz_opened_free(struct sgz_opened *o)
{
	sgz_index_free(&o->index);
	sgz_vec_free(&o->ranges);
	free(o->blobs);
}
