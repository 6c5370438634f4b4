// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Each file is one range for sgz_content_read().
 */
#include <sys/stat.h>

#include "content/read_all.h"
#include "index/records.h"
#include "inspect/file_digests.h"

int sgz_filedigests_open(struct sgz_filedigests *d, const struct sgz_opened *o)
{
	if (!sgz_vec_add(&d->place, o->index.table[STARGZ_TABLE_INODES].count,
			 sizeof(uint32_t)))
		return sgz_nomem(o->ctx);
	return 0;
}

static uint32_t *place(const struct sgz_filedigests *d, uint32_t ino)
{
	return (uint32_t *)d->place.data + (ino - 1);
}

int sgz_filedigests_want(struct sgz_filedigests *d, const struct sgz_opened *o,
			 uint32_t ino)
{
	const struct stargz_inode *inode = sgz_inode(&o->index, ino);
	struct sgz_range *range;

	if (!S_ISREG(le16toh(inode->mode)) || !inode->size || *place(d, ino))
		return 0;
	range = sgz_vec_add(&d->ranges, 1, sizeof(*range));
	if (!range)
		return sgz_nomem(o->ctx);
	range->ino = ino;
	range->len = le64toh(inode->size);
	*place(d, ino) = d->ranges.count;
	return 0;
}

/* sgz_content_read() has sorted the ranges. */
static void find_places(struct sgz_filedigests *d)
{
	const struct sgz_range *range = d->ranges.data;

	for (size_t i = 0; i < d->ranges.count; i++)
		*place(d, range[i].ino) = i + 1;
}

/* Fail if a file has no digest because its blob is missing. */
static int all_read(const struct sgz_filedigests *d,
		    const struct sgz_content *content)
{
	const struct sgz_range *range = d->ranges.data;

	for (size_t i = 0; i < d->ranges.count; i++)
		if (range[i].state != SGZ_RANGE_READ)
			return sgz_fail(content->ctx, -ENODATA,
					"%s: its blob is missing (--device)",
					sgz_inodepath_quoted(content->names,
							     range[i].ino)
					.text);
	return 0;
}

int sgz_filedigests_read(struct sgz_filedigests *d, struct sgz_opened *o,
			 unsigned int threads)
{
	struct sgz_faults faults = SGZ_FAULTS_INIT;
	struct sgz_inodepath names = { 0 };
	struct sgz_content content = {
		.ctx = o->ctx,
		.index = &o->index,
		.blobs = o->blobs,
		.names = &names,
		.ranges = d->ranges,
		.threads = threads,
		.faults = &faults,
	};
	int ret = sgz_inodepath_make(&names, o->ctx, &o->index);

	if (!ret)
		ret = sgz_content_read(&content);
	if (!ret)
		ret = sgz_faults_fail(&faults, o->ctx);
	if (!ret)
		ret = all_read(d, &content);
	find_places(d);
	sgz_faults_free(&faults);
	sgz_inodepath_free(&names);
	return ret;
}

const uint8_t *sgz_filedigests_get(const struct sgz_filedigests *d,
				   uint32_t ino)
{
	uint32_t i = *place(d, ino);

	return i ? ((const struct sgz_range *)d->ranges.data)[i - 1].sha256 :
		   NULL;
}

void sgz_filedigests_free(struct sgz_filedigests *d)
{
	sgz_vec_free(&d->ranges);
	sgz_vec_free(&d->place);
}
