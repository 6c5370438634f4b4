// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The superblock of an index, and statistics.
 */
#include <string.h>
#include <sys/stat.h>

#include "dump.h"
#include "report.h"
#include "stargz/info.h"
#include "stargz/tree.h"

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

static void add_features(struct json_object *o, uint32_t features)
{
	char text[80];

	snprintf(text, sizeof(text), "%s%s%s%s%s%s%s%s",
		 features & STARGZ_FEATURE_STORED ? " stored" : "",
		 features & STARGZ_FEATURE_DEFLATE ? " deflate" : "",
		 features & STARGZ_FEATURE_ZSTD ? " zstd" : "",
		 features & STARGZ_FEATURE_DIGESTS ? " digests" : "",
		 features & STARGZ_FEATURE_RAW ? " raw" : "",
		 features & STARGZ_FEATURE_MERGED ? " merged" : "",
		 features & STARGZ_FEATURE_CHAINED ? " chained" : "",
		 features & STARGZ_FEATURE_OPEN ? " open" : "");
	report_text(o, "features", *text ? text + 1 : text);
}

static void add_tables(struct json_object *o, const struct job *job)
{
	struct json_object *rows = json_object_new_array();
	struct stargz_index_table table;

	for (unsigned int i = 0; !stargz_get_table(job->opened, i, &table);
	     i++) {
		struct json_object *row = json_object_new_object();

		report_text(row, "table", table.name);
		report_int(row, "offset", table.offset);
		report_int(row, "records", table.records);
		report_int(row, "bytes", table.bytes);
		json_object_array_add(rows, row);
	}
	json_object_object_add(o, "tables", rows);
}

static void add_blobs(struct json_object *o, const struct job *job)
{
	struct json_object *rows = json_object_new_array();
	struct stargz_blob_info b;

	for (uint32_t i = 0; !stargz_get_blob(job->opened, i, &b); i++) {
		struct json_object *row = json_object_new_object();

		report_int(row, "blob", i);
		report_int(row, "source", b.source);
		report_int(row, "start", b.start);
		report_int(row, "size", b.size);
		report_int(row, "used", b.used);
		json_object_array_add(rows, row);
	}
	json_object_object_add(o, "blobs", rows);
}

static void add_blob_digest(struct json_object *rows, uint32_t blob,
			    const char *of, const uint8_t *sha256)
{
	struct json_object *row = json_object_new_object();
	char hex[STARGZ_SHA256_HEX];

	stargz_sha256_hex(sha256, hex);
	report_int(row, "blob", blob);
	report_text(row, "of", of);
	report_text(row, "sha256", hex);
	json_object_array_add(rows, row);
}

/* A row for each digest, because three of them do not fit in a line. */
static void add_blob_digests(struct json_object *o, const struct job *job)
{
	struct json_object *rows = json_object_new_array();
	struct stargz_blob_info b;

	for (uint32_t i = 0; !stargz_get_blob(job->opened, i, &b); i++) {
		if (b.digests & STARGZ_BLOB_HAS_SHA256)
			add_blob_digest(rows, i, "layer", b.sha256);
		if (b.digests & STARGZ_BLOB_HAS_DIFFID)
			add_blob_digest(rows, i, "tar", b.diffid);
		if (b.digests & STARGZ_BLOB_HAS_TOC)
			add_blob_digest(rows, i, "toc", b.toc);
	}
	json_object_object_add(o, "blob_digests", rows);
}

static void add_properties(struct json_object *o, const struct job *job)
{
	struct json_object *rows = json_object_new_array();
	const char *text;

	for (unsigned int i = 0; (text = stargz_get_property(job->opened, i));
	     i++) {
		struct json_object *row = json_object_new_object();
		size_t key = strcspn(text, "=");

		report_bytes(row, "key", text, key);
		text += key + (text[key] == '=');
		report_bytes(row, "value", text, strlen(text));
		json_object_array_add(rows, row);
	}
	json_object_object_add(o, "properties", rows);
}

int dump_superblock(const struct job *job)
{
	struct json_object *o = json_object_new_object();
	struct stargz_index_info info;
	char digest[sizeof("sha256:") + STARGZ_SHA256_HEX] = "sha256:";

	stargz_get_info(job->opened, &info);
	stargz_sha256_hex(info.sha256, digest + strlen(digest));
	report_int(o, "version", info.version);
	report_bytes(o, "label", info.label, strlen(info.label));
	report_bytes(o, "creator", info.creator, strlen(info.creator));
	add_uuid(o, info.uuid);
	/* The index of a layer is in memory only. */
	if (stargz_opened_kind(job->opened) == STARGZ_KIND_INDEX)
		report_text(o, "index_digest", digest);
	add_features(o, info.features);
	report_int(o, "index_size", info.index_size);
	report_int(o, "data_bytes", info.data_bytes);
	report_int(o, "longest_span", info.longest_span);
	add_tables(o, job);
	add_blobs(o, job);
	add_blob_digests(o, job);
	add_properties(o, job);
	report_print(job->to, o, job->settings->json);
	return 0;
}

/* Statistics */

static void add_types(struct json_object *o, const struct job *job)
{
	static const char *const names[16] = {
		[1] = "fifos", [2] = "character_devices", [4] = "directories",
		[6] = "block_devices", [8] = "files", [10] = "symlinks",
		[12] = "sockets",
	};
	uint64_t count[16] = { 0 };
	struct stargz_stat st;

	for (uint32_t i = 1; !stargz_stat(job->opened, i, &st, NULL); i++)
		count[st.mode >> 12]++;
	for (int i = 0; i < 16; i++)
		if (names[i])
			report_int(o, names[i], count[i]);
}

/* Totals of a group of spans. */
struct sum {
	uint64_t spans;
	uint64_t compressed;
	uint64_t decoded;
};

static void add_sums(struct json_object *o, const struct sum *sum)
{
	struct json_object *rows = json_object_new_array();

	for (int i = 0; i <= STARGZ_ENCODING_ZSTD; i++) {
		struct json_object *row;

		if (!sum[i].spans)
			continue;
		row = json_object_new_object();
		report_text(row, "codec", stargz_encoding_name(i));
		report_int(row, "spans", sum[i].spans);
		report_int(row, "compressed", sum[i].compressed);
		report_int(row, "decoded", sum[i].decoded);
		report_real(row, "ratio", (double)sum[i].compressed / sum[i].decoded);
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
		report_int(row, "compressed", sum[i].compressed);
		report_int(row, "decoded", sum[i].decoded);
		json_object_array_add(rows, row);
	}
	json_object_object_add(o, "spans_by_size", rows);
}

static void count_in(struct sum *sum, const struct stargz_span_info *span)
{
	sum->spans++;
	sum->compressed += span->compressed;
	sum->decoded += span->decoded;
}

static void add_spans(struct json_object *o, const struct job *job,
		      uint64_t *compressed)
{
	struct sum codec[STARGZ_ENCODING_ZSTD + 1] = { 0 }, size[33] = { 0 };
	struct stargz_span_info span;

	for (uint32_t i = 0; !stargz_get_span(job->opened, i, &span); i++) {
		count_in(&codec[span.encoding], &span);
		count_in(&size[32 - __builtin_clz(span.decoded)], &span);
		*compressed += span.compressed;
	}
	add_sums(o, codec);
	add_histogram(o, size);
}

int dump_statistics(const struct job *job)
{
	struct json_object *o = json_object_new_object();
	struct stargz_index_stats stats;
	uint64_t blobs = 0, compressed = 0;
	struct stargz_blob_info b;

	stargz_get_stats(job->opened, &stats);
	for (uint32_t i = 0; !stargz_get_blob(job->opened, i, &b); i++)
		blobs += b.size;
	report_int(o, "entries", stats.entries);
	report_int(o, "inodes", stats.inodes);
	add_types(o, job);
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
	add_spans(o, job, &compressed);
	report_int(o, "compressed_in_spans", compressed);
	report_print(job->to, o, job->settings->json);
	return 0;
}
