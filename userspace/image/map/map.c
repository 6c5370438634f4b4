// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: from events to spans. The index says in which spans the bytes of a
 * file are.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "map.h"

void map_open(struct map *map)
{
	struct stargz_index_info info;
	struct stargz_blob_info blob;

	stargz_get_info(map->tree, &info);
	map->blob_count = info.blobs;
	map->span_count = info.spans;
	map->blobs = xrealloc(NULL, (info.blobs + 1) * sizeof(*map->blobs));
	map->spans = xrealloc(NULL, (info.spans + 1ul) * sizeof(*map->spans));
	map->bytes = 0;
	map->seen = false;
	for (uint32_t i = 0; i < info.blobs; i++) {
		stargz_get_blob(map->tree, i, &blob);
		map->blobs[i].at = map->bytes;
		map->blobs[i].size = blob.size;
		map->bytes += blob.size;
	}
	for (uint32_t i = 0; i < info.spans; i++) {
		struct map_span *span = &map->spans[i];

		*span = (struct map_span){ 0 };
		stargz_get_span(map->tree, i, &span->info);
		span->at = map->blobs[span->info.blob].at + span->info.start;
	}
}

/* A span that is stored needs no decoding; what is read of it is wanted. */
static void want(struct map *map, const struct stargz_file_extent *e,
		 uint64_t len, double time)
{
	struct map_span *span = &map->spans[e->span];

	span->wanted += len;
	if (span->info.encoding != STARGZ_ENCODING_STORED)
		return;
	if (!span->times)
		span->first = time;
	span->times = 1;
}

static void complete(struct map *map, const struct trace_event *event)
{
	uint64_t pos = event->pos, end = pos + event->len;
	struct stargz_file_extent e;
	struct stargz_error err;

	while (pos < end && !stargz_extent_at(map->tree, event->ino, pos, &e,
					      &err)) {
		uint64_t len = e.len < end - pos ? e.len : end - pos;

		if (e.encoding != STARGZ_ENCODING_HOLE)
			want(map, &e, len, event->time);
		pos += len;
	}
}

static void decode(struct map *map, const struct trace_event *event)
{
	struct map_span *span;

	if (event->span >= map->span_count)
		return;
	span = &map->spans[event->span];
	if (!span->times++)
		span->first = event->time;
}

bool map_add(struct map *map, const char *line)
{
	struct trace_event event;
	enum trace_kind kind = trace_parse(line, &event);

	if (kind == TRACE_LOST)
		return false;
	if (kind == TRACE_OTHER)
		return true;
	if (!map->dev)
		map->dev = event.dev;
	if (map->dev != event.dev)
		return true;
	if (!map->seen)
		map->start = event.time;
	map->seen = true;
	map->end = event.time;
	if (event.err)
		return true;
	if (kind == TRACE_DECODE)
		decode(map, &event);
	else
		complete(map, &event);
	return true;
}

/* A folio that was dropped and read again does not make a span larger. */
static uint64_t wanted(const struct map_span *span)
{
	uint64_t most = (uint64_t)span->times * span->info.decoded;

	return span->wanted < most ? span->wanted : most;
}

void map_sum(const struct map *map, struct map_sums *sums)
{
	*sums = (struct map_sums){ 0 };
	for (uint32_t i = 0; i < map->span_count; i++) {
		const struct map_span *span = &map->spans[i];
		bool stored = span->info.encoding == STARGZ_ENCODING_STORED;

		if (!span->times)
			continue;
		sums->spans++;
		sums->wanted += wanted(span);
		sums->decoded += stored ? wanted(span) :
				 (uint64_t)span->times * span->info.decoded;
		sums->compressed += stored ? wanted(span) :
			(uint64_t)span->times * span->info.compressed;
	}
}

void map_print(const struct map *map, FILE *to)
{
	fputs("blob\tstart\tcompressed\tdecoded\twanted\ttimes\tseconds\n", to);
	for (uint32_t i = 0; i < map->span_count; i++) {
		const struct map_span *span = &map->spans[i];

		if (span->times)
			fprintf(to, "%" PRIu32 "\t%" PRIu64 "\t%" PRIu32 "\t%"
				PRIu32 "\t%" PRIu64 "\t%" PRIu32 "\t%.6f\n",
				span->info.blob, span->info.start,
				span->info.compressed, span->info.decoded,
				wanted(span), span->times,
				span->first - map->start);
	}
}

void map_free(struct map *map)
{
	free(map->blobs);
	free(map->spans);
}
