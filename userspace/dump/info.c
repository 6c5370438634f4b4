// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an index says of itself, and statistics.
 */
#include <sys/stat.h>

#include "base/sha256.h"
#include "dump.h"
#include "index/records.h"
#include "report.h"

static const char *const table_names[STARGZ_TABLES] = {
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
};

static const char *const codec_names[] = {
	[STARGZ_CODEC_STORED] = "stored",
	[STARGZ_CODEC_GZIP] = "gzip",
	[STARGZ_CODEC_DEFLATE] = "deflate",
	[STARGZ_CODEC_ZSTD] = "zstd",
};

const char *dump_codec(uint8_t codec)
{
	return codec_names[codec];
}

static void add_uuid(struct json_object *o, const uint8_t u[16])
{
	char text[40];
	int n = 0;

	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			text[n++] = '-';
		n += snprintf(text + n, 3, "%02x", u[i]);
	}
	report_text(o, "uuid", text);
}

static void add_features(struct json_object *o,
			 const struct stargz_super_block *sb)
{
	uint32_t incompat = le32toh(sb->feature_incompat);
	uint32_t compat = le32toh(sb->feature_compat);
	char text[80];

	snprintf(text, sizeof(text), "%s%s%s%s%s%s%s%s",
		 incompat & STARGZ_INCOMPAT_STORED ? " stored" : "",
		 incompat & STARGZ_INCOMPAT_DEFLATE ? " deflate" : "",
		 incompat & STARGZ_INCOMPAT_ZSTD ? " zstd" : "",
		 compat & STARGZ_COMPAT_DIGESTS ? " digests" : "",
		 compat & STARGZ_COMPAT_RAW_VIEW ? " raw" : "",
		 compat & STARGZ_COMPAT_MERGED ? " merged" : "",
		 compat & STARGZ_COMPAT_CHAINED ? " chained" : "",
		 compat & STARGZ_COMPAT_OPEN ? " open" : "");
	report_text(o, "features", *text ? text + 1 : text);
}

static void add_tables(struct json_object *o,
		       const struct stargz_super_block *sb)
{
	struct json_object *rows = json_object_new_array();

	for (int id = 0; id < STARGZ_TABLES; id++) {
		uint64_t count = le64toh(sb->table[id].count);
		struct json_object *row;

		if (!table_names[id])
			continue;
		row = json_object_new_object();
		report_text(row, "table", table_names[id]);
		report_int(row, "offset", le64toh(sb->table[id].offset));
		report_int(row, "records", count);
		report_int(row, "bytes", count * stargz_record_size(id));
		json_object_array_add(rows, row);
	}
	json_object_object_add(o, "tables", rows);
}

static void add_blobs(struct json_object *o, const struct sgz_index *index)
{
	static const char *const types[] = { "none", "blob", "toc" };
	struct json_object *rows = json_object_new_array();

	for (size_t i = 0; i < index->table[STARGZ_TABLE_BLOBS].count; i++) {
		const struct stargz_blob *b = sgz_blob_record(index, i);
		uint16_t type = le16toh(b->digest_type);
		struct json_object *row = json_object_new_object();

		report_int(row, "blob", i);
		report_int(row, "source", le32toh(b->source));
		report_int(row, "start", le64toh(b->start));
		report_int(row, "size", le64toh(b->size));
		report_int(row, "used", le64toh(b->used));
		report_text(row, "digest_of", type < 3 ? types[type] : "?");
		report_text(row, "sha256", type ?
			    sgz_sha256_hex(b->digest).text : "-");
		json_object_array_add(rows, row);
	}
	json_object_object_add(o, "blobs", rows);
}

int dump_superblock(const struct job *job)
{
	const struct sgz_index *index = &job->opened->index;
	const struct stargz_super_block *sb = &index->sb;
	struct json_object *o = json_object_new_object();

	report_int(o, "version", le16toh(sb->version));
	add_uuid(o, sb->uuid);
	add_features(o, sb);
	report_int(o, "index_size", le64toh(sb->index_size));
	report_int(o, "data_bytes", le64toh(sb->data_bytes));
	report_int(o, "longest_span", le32toh(sb->max_span));
	add_tables(o, sb);
	add_blobs(o, index);
	report_print(job->to, o, job->settings->json);
	return 0;
}

/* Statistics */

static void add_types(struct json_object *o, const struct sgz_index *index)
{
	static const char *const names[16] = {
		[1] = "fifos", [2] = "character_devices", [4] = "directories",
		[6] = "block_devices", [8] = "files", [10] = "symlinks",
		[12] = "sockets",
	};
	uint64_t count[16] = { 0 };

	for (size_t i = 1; i <= index->table[STARGZ_TABLE_INODES].count; i++)
		count[le16toh(sgz_inode(index, i)->mode) >> 12]++;
	for (int i = 0; i < 16; i++)
		if (names[i])
			report_int(o, names[i], count[i]);
}

/* What spans of one codec come to. */
struct sum {
	uint64_t spans;
	uint64_t clen;
	uint64_t ulen;
};

static void add_sums(struct json_object *o, const struct sum *sum)
{
	struct json_object *rows = json_object_new_array();

	for (int i = 0; i <= STARGZ_CODEC_ZSTD; i++) {
		struct json_object *row;

		if (!sum[i].spans)
			continue;
		row = json_object_new_object();
		report_text(row, "codec", codec_names[i]);
		report_int(row, "spans", sum[i].spans);
		report_int(row, "compressed", sum[i].clen);
		report_int(row, "decoded", sum[i].ulen);
		report_real(row, "ratio", (double)sum[i].clen / sum[i].ulen);
		json_object_array_add(rows, row);
	}
	json_object_object_add(o, "codecs", rows);
}

/* Spans by their decoded size, in powers of two. */
static void add_histogram(struct json_object *o, const struct sum *sum)
{
	struct json_object *rows = json_object_new_array();

	for (int i = 0; i < 33; i++) {
		struct json_object *row;

		if (!sum[i].spans)
			continue;
		row = json_object_new_object();
		report_int(row, "from", i ? 1ull << (i - 1) : 0);
		report_int(row, "below", 1ull << i);
		report_int(row, "spans", sum[i].spans);
		report_int(row, "compressed", sum[i].clen);
		report_int(row, "decoded", sum[i].ulen);
		json_object_array_add(rows, row);
	}
	json_object_object_add(o, "spans_by_size", rows);
}

static void count_in(struct sum *sum, const struct stargz_span *span)
{
	sum->spans++;
	sum->clen += le32toh(span->clen);
	sum->ulen += le32toh(span->ulen);
}

static void add_spans(struct json_object *o, const struct sgz_index *index,
		      uint64_t *compressed)
{
	struct sum codec[STARGZ_CODEC_ZSTD + 1] = { 0 }, size[33] = { 0 };

	for (size_t i = 0; i < index->table[STARGZ_TABLE_SPANS].count; i++) {
		const struct stargz_span *span = sgz_span(index, i);

		count_in(&codec[span->codec], span);
		count_in(&size[32 - __builtin_clz(le32toh(span->ulen))], span);
		*compressed += le32toh(span->clen);
	}
	add_sums(o, codec);
	add_histogram(o, size);
}

int dump_statistics(const struct job *job)
{
	const struct sgz_index *index = &job->opened->index;
	struct json_object *o = json_object_new_object();
	struct stargz_index_stats stats;
	uint64_t blobs = 0, compressed = 0;

	sgz_index_stats(index, &stats);
	for (size_t i = 0; i < index->table[STARGZ_TABLE_BLOBS].count; i++)
		blobs += le64toh(sgz_blob_record(index, i)->size);
	report_int(o, "entries", stats.entries);
	report_int(o, "inodes", stats.inodes);
	add_types(o, index);
	report_int(o, "content", stats.data_bytes);
	report_int(o, "blobs", blobs);
	report_real(o, "ratio", stats.data_bytes ?
		    (double)blobs / stats.data_bytes : 0);
	report_int(o, "index_size", stats.index_size);
	report_real(o, "index_per_entry",
		    (double)stats.index_size / stats.entries);
	report_real(o, "index_per_blob",
		    blobs ? (double)stats.index_size / blobs : 0);
	report_int(o, "extents", stats.extents);
	report_int(o, "spans", stats.spans);
	add_spans(o, index, &compressed);
	report_int(o, "compressed_in_spans", compressed);
	report_print(job->to, o, job->settings->json);
	return 0;
}
