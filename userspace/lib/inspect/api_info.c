// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * stargz/info.h: superblock, tables, blobs and spans of an index.
 */
#include <string.h>

#include "index/read.h"
#include "index/records.h"
#include "inspect/handle.h"
#include "stargz/info.h"

/* The public constants have the values of the format. */
static_assert((int)STARGZ_ENCODING_STORED == STARGZ_CODEC_STORED);
static_assert((int)STARGZ_ENCODING_GZIP == STARGZ_CODEC_GZIP);
static_assert((int)STARGZ_ENCODING_DEFLATE == STARGZ_CODEC_DEFLATE);
static_assert((int)STARGZ_ENCODING_ZSTD == STARGZ_CODEC_ZSTD);
static_assert((int)STARGZ_BLOB_HAS_SHA256 == STARGZ_BLOB_SHA256);
static_assert((int)STARGZ_BLOB_HAS_DIFFID == STARGZ_BLOB_DIFFID);
static_assert((int)STARGZ_BLOB_HAS_TOC == STARGZ_BLOB_TOC);

static const char *const table_names[] = {
	[STARGZ_TABLE_INODES] = "inodes",
	[STARGZ_TABLE_DIRENTS] = "dirents",
	[STARGZ_TABLE_NAMES] = "names",
	[STARGZ_TABLE_EXTENTS] = "extents",
	[STARGZ_TABLE_SPANS] = "spans",
	[STARGZ_TABLE_BLOBS] = "blobs",
	[STARGZ_TABLE_XATTRS] = "xattrs",
	[STARGZ_TABLE_HISTORIES] = "histories",
	[STARGZ_TABLE_HISTORY_DATA] = "history data",
	[STARGZ_TABLE_DIGESTS] = "digests",
	[STARGZ_TABLE_PIECES] = "pieces",
	[STARGZ_TABLE_DIGEST_STARTS] = "digest starts",
	[STARGZ_TABLE_PREFETCH] = "prefetch",
	[STARGZ_TABLE_PROPERTIES] = "properties",
};

static uint32_t features(const struct stargz_super_block *sb)
{
	uint32_t incompat = le32toh(sb->feature_incompat);
	uint32_t compat = le32toh(sb->feature_compat);
	const struct {
		uint32_t set;
		uint32_t feature;
	} map[] = {
		{ incompat & STARGZ_INCOMPAT_STORED, STARGZ_FEATURE_STORED },
		{ incompat & STARGZ_INCOMPAT_DEFLATE, STARGZ_FEATURE_DEFLATE },
		{ incompat & STARGZ_INCOMPAT_ZSTD, STARGZ_FEATURE_ZSTD },
		{ compat & STARGZ_COMPAT_DIGESTS, STARGZ_FEATURE_DIGESTS },
		{ compat & STARGZ_COMPAT_RAW_VIEW, STARGZ_FEATURE_RAW },
		{ compat & STARGZ_COMPAT_MERGED, STARGZ_FEATURE_MERGED },
		{ compat & STARGZ_COMPAT_CHAINED, STARGZ_FEATURE_CHAINED },
		{ compat & STARGZ_COMPAT_OPEN, STARGZ_FEATURE_OPEN },
	};
	uint32_t bits = 0;

	for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++)
		bits |= map[i].set ? map[i].feature : 0;
	return bits;
}

static uint32_t count(const struct stargz_super_block *sb,
		      enum stargz_table_id id)
{
	return le64toh(sb->table[id].count);
}

static void take_info(const struct sgz_index *index,
		      struct stargz_index_info *info)
{
	const struct stargz_super_block *sb = &index->sb;

	*info = (struct stargz_index_info){
		.version = le16toh(sb->version),
		.features = features(sb),
		.index_size = le64toh(sb->index_size),
		.data_bytes = le64toh(sb->data_bytes),
		.longest_span = le32toh(sb->max_span),
		.blobs = count(sb, STARGZ_TABLE_BLOBS),
		.spans = count(sb, STARGZ_TABLE_SPANS),
		.inodes = count(sb, STARGZ_TABLE_INODES),
	};
	memcpy(info->uuid, sb->uuid, sizeof(info->uuid));
	memcpy(info->sha256, index->sha256, sizeof(info->sha256));
	memcpy(info->label, sb->label, sizeof(sb->label));
	memcpy(info->creator, sb->creator, sizeof(sb->creator));
}

void stargz_get_info(const struct stargz_opened *opened,
		     struct stargz_index_info *info)
{
	take_info(&opened->o.index, info);
}

int stargz_read_info(int fd, struct stargz_index_info *info,
		     struct stargz_error *err)
{
	struct stargz_error unwanted;
	const struct sgz_context ctx = { .err = err ? err : &unwanted };
	struct sgz_index index = { 0 };
	struct sgz_blob file;
	int ret;

	ret = sgz_blob_open(&file, &ctx, fd, 0, 0);
	if (!ret)
		ret = sgz_index_superblock(&index, &ctx, &file);
	if (!ret)
		take_info(&index, info);
	return ret;
}

void stargz_get_stats(const struct stargz_opened *opened,
		      struct stargz_index_stats *stats)
{
	sgz_index_stats(&opened->o.index, stats);
}

int stargz_get_table(const struct stargz_opened *opened, unsigned int nr,
		     struct stargz_index_table *table)
{
	const struct stargz_super_block *sb = &opened->o.index.sb;

	if (nr >= sizeof(table_names) / sizeof(table_names[0]))
		return -ENOENT;
	*table = (struct stargz_index_table){
		.name = table_names[nr],
		.offset = le64toh(sb->table[nr].offset),
		.records = le64toh(sb->table[nr].count),
		.bytes = le64toh(sb->table[nr].count) * stargz_record_size(nr),
	};
	return 0;
}

int stargz_get_blob(const struct stargz_opened *opened, uint32_t nr,
		    struct stargz_blob_info *blob)
{
	const struct stargz_blob *b;

	if (nr >= opened->o.index.table[STARGZ_TABLE_BLOBS].count)
		return -ENOENT;
	b = sgz_blob_record(&opened->o.index, nr);
	*blob = (struct stargz_blob_info){
		.source = le32toh(b->source),
		.digests = le16toh(b->digests),
		.start = le64toh(b->start),
		.size = le64toh(b->size),
		.used = le64toh(b->used),
	};
	if (opened->o.blobs[nr].fd >= 0)
		blob->available = opened->o.blobs[nr].size;
	memcpy(blob->sha256, b->sha256, sizeof(blob->sha256));
	memcpy(blob->diffid, b->diffid, sizeof(blob->diffid));
	memcpy(blob->toc, b->toc, sizeof(blob->toc));
	return 0;
}

const char *stargz_get_property(const struct stargz_opened *opened,
				unsigned int nr)
{
	const struct sgz_vec *table =
		&opened->o.index.table[STARGZ_TABLE_PROPERTIES];
	const char *text = table->data;
	size_t left = table->count;

	/* Each text ends with a NUL byte: sgz_records_check(). */
	while (left && nr--) {
		size_t len = strlen(text) + 1;

		text += len;
		left -= len;
	}
	return left ? text : NULL;
}

ssize_t stargz_blob_read(struct stargz_opened *opened, uint32_t nr, void *buf,
			 size_t len, uint64_t pos, struct stargz_error *err)
{
	const struct sgz_context *ctx = sgz_handle_enter(opened, err);
	const struct sgz_blob *blob = &opened->o.blobs[nr];
	uint64_t size;
	int ret;

	if (nr >= opened->o.index.table[STARGZ_TABLE_BLOBS].count)
		return sgz_fail(ctx, -ENOENT, "has no blob %u", nr);
	if (blob->fd < 0)
		return sgz_fail(ctx, -ENODATA, "blob %u is missing (--device)",
				nr);
	size = le64toh(sgz_blob_record(&opened->o.index, nr)->size);
	if (blob->size < size)
		return sgz_fail(ctx, -EUCLEAN,
				"blob %u is cut off after %llu bytes", nr,
				(unsigned long long)blob->size);
	if (pos >= size)
		return 0;
	if (len > size - pos)
		len = size - pos;
	if (len > SSIZE_MAX)
		len = SSIZE_MAX;
	ret = sgz_blob_read(blob, ctx, pos, buf, len);
	return ret ? ret : (ssize_t)len;
}

int stargz_get_span(const struct stargz_opened *opened, uint32_t nr,
		    struct stargz_span_info *span)
{
	const struct stargz_span *s;

	if (nr >= opened->o.index.table[STARGZ_TABLE_SPANS].count)
		return -ENOENT;
	s = sgz_span(&opened->o.index, nr);
	*span = (struct stargz_span_info){
		.encoding = s->codec,
		.blob = le16toh(s->blob),
		.start = le64toh(s->start),
		.bit = s->flags & STARGZ_SPAN_BIT_MASK,
		.compressed = le32toh(s->clen),
		.decoded = le32toh(s->ulen),
	};
	return 0;
}
