// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Changing what an index says about itself. The tree and its UUID stay.
 */
#include <endian.h>

#include "base/options.h"
#include "build/describe.h"
#include "index/read.h"
#include "index/records.h"

/* Features that this version keeps up to date. */
#define KNOWN_COMPAT	(STARGZ_COMPAT_DIGESTS | STARGZ_COMPAT_RAW_VIEW | \
			 STARGZ_COMPAT_MERGED | STARGZ_COMPAT_CHAINED | \
			 STARGZ_COMPAT_OPEN)

/* The blobs of a device image stay where they are. */
static int check_room(const struct sgz_index *index,
		      const struct sgz_context *ctx)
{
	uint64_t size = le64toh(index->sb.index_size);

	for (size_t i = 0; i < index->table[STARGZ_TABLE_BLOBS].count; i++) {
		const struct stargz_blob *blob = sgz_blob_record(index, i);

		if (!blob->source && le64toh(blob->start) < size)
			return sgz_fail(ctx, -EFBIG,
					"%llu bytes of index, but blob %zu of the image starts at byte %llu",
					(unsigned long long)size, i,
					(unsigned long long)le64toh(blob->start));
	}
	return 0;
}

static int edit(struct sgz_index *index, const struct sgz_context *ctx,
		const struct stargz_index_options *opt, int fd, int out)
{
	struct sgz_blob file;
	int ret = sgz_blob_open(&file, ctx, fd, opt->offset, opt->size);

	if (!ret)
		ret = sgz_index_read(index, ctx, &file);
	if (ret)
		return ret;
	index->sb.feature_compat &= htole32(KNOWN_COMPAT);
	ret = sgz_describe(index, ctx, opt);
	if (!ret)
		ret = sgz_index_seal(index, ctx);
	if (!ret)
		ret = check_room(index, ctx);
	return ret || out < 0 ? ret : sgz_index_write(index, ctx, out);
}

int stargz_index_edit(int fd, const struct stargz_index_options *options,
		      int out, struct stargz_index_stats *stats,
		      struct stargz_error *err)
{
	struct stargz_index_options opt;
	struct stargz_error unwanted;
	struct sgz_index index = { 0 };
	struct sgz_context ctx;
	int ret;

	err = err ? err : &unwanted;
	ret = sgz_options_copy(&opt, sizeof(opt), options, err);
	if (ret)
		return ret;
	ctx = sgz_context_of(&opt, err);
	ret = edit(&index, &ctx, &opt, fd, out);
	if (!ret && stats)
		sgz_index_stats(&index, stats);
	sgz_index_free(&index);
	return ret;
}
