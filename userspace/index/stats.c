// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>
#include <sys/resource.h>

#include "report.h"
#include "stargz/digest.h"
#include "stats.h"

static double seconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - start->tv_sec +
	       (now.tv_nsec - start->tv_nsec) / 1e9;
}

static void add_digest(struct json_object *o, const char *key,
		       const uint8_t sha256[STARGZ_SHA256_LEN])
{
	char text[sizeof("sha256:") + STARGZ_SHA256_HEX] = "sha256:";

	stargz_sha256_hex(sha256, text + strlen(text));
	report_text(o, key, text);
}

void stats_print(FILE *to, const struct stargz_index_stats *st,
		 const struct timespec *start, bool json)
{
	struct json_object *o = json_object_new_object();
	struct rusage ru;

	getrusage(RUSAGE_SELF, &ru);
	report_int(o, "entries", st->entries);
	report_int(o, "inodes", st->inodes);
	report_int(o, "spans", st->spans);
	report_int(o, "extents", st->extents);
	report_int(o, "data_bytes", st->data_bytes);
	report_int(o, "index_bytes", st->index_size);
	add_digest(o, "index_digest", st->index_sha256);
	if (st->has_blob_sha256)
		add_digest(o, "layer_digest", st->blob_sha256);
	report_real(o, "bytes_per_entry", (double)st->index_size / st->entries);
	report_real(o, "seconds", seconds_since(start));
	report_int(o, "memory_bytes", (uint64_t)ru.ru_maxrss << 10);
	report_print(to, o, json);
}
