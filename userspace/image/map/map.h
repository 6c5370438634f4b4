/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: the map of a layer: what the kernel read of it, when, and what it
 * decoded that nobody wanted.
 */
#ifndef IMAGE_MAP_H
#define IMAGE_MAP_H

#include <stdio.h>

#include "../source/open.h"
#include "stargz/info.h"
#include "stargz/tree.h"
#include "trace.h"

/**
 * struct map_span - a span
 * @info: its place
 * @at: first byte in all blobs, one after the other
 * @times: how often it was decoded
 * @first: when it was decoded first, in seconds of the trace
 * @wanted: bytes of it that the page cache got; at most those that were decoded
 */
struct map_span {
	struct stargz_span_info info;
	uint64_t at;
	uint32_t times;
	double first;
	uint64_t wanted;
};

/**
 * struct map_blob - a blob
 * @at: first byte in all blobs
 * @size: size in bytes
 */
struct map_blob {
	uint64_t at;
	uint64_t size;
};

/**
 * struct map - the map of a mount
 * @tree: its index
 * @dev: its device in the trace; zero: the first one of the trace
 * @spans: the spans
 * @span_count: number of spans
 * @blobs: the blobs
 * @blob_count: number of blobs
 * @bytes: size of all blobs in bytes
 * @seen: there was an event
 * @start: when the first event was
 * @end: when the last event was
 */
struct map {
	struct stargz_opened *tree;
	uint64_t dev;
	struct map_span *spans;
	uint32_t span_count;
	struct map_blob *blobs;
	uint32_t blob_count;
	uint64_t bytes;
	bool seen;
	double start;
	double end;
};

/**
 * struct map_sums - what was read in all
 * @spans: number of spans that were decoded
 * @compressed: their compressed size in bytes, each time
 * @decoded: their decoded size in bytes, each time
 * @wanted: bytes that the page cache got
 */
struct map_sums {
	uint64_t spans;
	uint64_t compressed;
	uint64_t decoded;
	uint64_t wanted;
};

/**
 * map_open() - read the spans of an index
 * @map: @tree is set; the rest is filled in. Must be released with map_free()
 */
void map_open(struct map *map);

/**
 * map_add() - add a line of a trace
 * @map: the map
 * @line: the line
 *
 * Return: false if it tells that events were lost.
 */
bool map_add(struct map *map, const char *line);

/** map_sum() - add up what was read */
void map_sum(const struct map *map, struct map_sums *sums);

/** map_print() - print the spans that were decoded, as a table with tabs */
void map_print(const struct map *map, FILE *to);

/** map_plot() - write the picture, as SVG */
void map_plot(const struct map *map, FILE *to);

/** map_free() - release; @tree stays open */
void map_free(struct map *map);

#endif /* IMAGE_MAP_H */
