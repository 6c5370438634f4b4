// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: the map as a picture. From left to right are the bytes of the
 * layers, downwards the time. The strip below shows what was read of each place.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "map.h"

#define WIDTH	840
#define LEFT	70
#define TOP	58
#define COLUMNS	750
#define ROWS	220
#define STRIP	36
#define BOTTOM	44
#define HEIGHT	(TOP + ROWS + 12 + STRIP + BOTTOM)

#define BLUE	"#1d4ed8"
#define ORANGE	"#c2410c"

/**
 * struct column - what was read of the bytes of a column
 * @compressed: compressed bytes of spans that were decoded
 * @wanted: the share of them that was wanted
 */
struct column {
	double compressed;
	double wanted;
};

static double x_of(const struct map *map, uint64_t at)
{
	return LEFT + (map->bytes ? (double)COLUMNS * at / map->bytes : 0);
}

static double y_of(const struct map *map, double time)
{
	double all = map->end - map->start;

	return TOP + (all > 0 ? ROWS * (time - map->start) / all : 0);
}

/* The decoded bytes of a span that were wanted, as a share. */
static double share(const struct map_span *span)
{
	double all = (double)span->times * span->info.decoded;

	return all > 0 && span->wanted < all ? span->wanted / all : 1;
}

static void text(FILE *to, double x, double y, const char *more,
		 const char *words)
{
	fprintf(to, "<text x=\"%.1f\" y=\"%.1f\"%s>%s</text>\n", x, y, more,
		words);
}

/* A span as a line at its time: what was wanted, then what was not. */
static void draw_span(const struct map *map, const struct map_span *span,
		      FILE *to)
{
	double x = x_of(map, span->at), y = y_of(map, span->first);
	double width = x_of(map, span->at + span->info.compressed) - x;
	double blue;

	width = fmax(width, .7);
	blue = width * share(span);
	if (blue >= .05)
		fprintf(to, "<path d=\"M%.2f %.2fh%.2f\" stroke=\"" BLUE "\"/>\n",
			x, y, blue);
	if (width - blue >= .05)
		fprintf(to, "<path d=\"M%.2f %.2fh%.2f\" stroke=\"" ORANGE
			"\"/>\n", x + blue, y, width - blue);
}

/* Add the bytes of a span to the columns in which they are. */
static void fill(const struct map *map, const struct map_span *span,
		 struct column *columns)
{
	double scale = (double)COLUMNS / map->bytes;
	double from = span->at * scale;
	double to = (span->at + span->info.compressed) * scale;

	/* Sizes of blobs that add up to more than 64 bits give any place. */
	for (int i = fmin(from, COLUMNS); i < COLUMNS && i < to; i++) {
		double part = fmin(to, i + 1) - fmax(from, i);

		columns[i].compressed += part;
		columns[i].wanted += part * share(span);
	}
}

static void draw_strip(const struct map *map, FILE *to)
{
	struct column columns[COLUMNS] = { 0 };
	double y = TOP + ROWS + 12;

	for (uint32_t i = 0; map->bytes && i < map->span_count; i++)
		if (map->spans[i].times)
			fill(map, &map->spans[i], columns);
	fprintf(to, "<rect x=\"%d\" y=\"%.0f\" width=\"%d\" height=\"%d\" fill=\"#e5e7eb\"/>\n",
		LEFT, y, COLUMNS, STRIP);
	for (int i = 0; i < COLUMNS; i++) {
		double all = fmin(columns[i].compressed, 1) * STRIP;
		double blue = fmin(columns[i].wanted, 1) * STRIP;

		if (blue >= .05)
			fprintf(to, "<rect x=\"%d\" y=\"%.1f\" width=\"1\" height=\"%.1f\" fill=\"" BLUE "\"/>\n",
				LEFT + i, y + STRIP - blue, blue);
		if (all - blue >= .05)
			fprintf(to, "<rect x=\"%d\" y=\"%.1f\" width=\"1\" height=\"%.1f\" fill=\"" ORANGE "\"/>\n",
				LEFT + i, y + STRIP - all, all - blue);
	}
}

static void draw_blobs(const struct map *map, FILE *to)
{
	int bottom = TOP + ROWS + 12 + STRIP;

	for (uint32_t i = 0; i < map->blob_count; i++) {
		double x = x_of(map, map->blobs[i].at);
		double end = x_of(map, map->blobs[i].at + map->blobs[i].size);

		fprintf(to, "<path d=\"M%.1f %dV%d\" stroke=\"#999\" stroke-dasharray=\"3 3\"/>\n",
			x, TOP, bottom);
		if (end - x < 60)
			continue;
		fprintf(to, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">layer %" PRIu32 ", %.1f MB</text>\n",
			(x + end) / 2, bottom + 18, i, map->blobs[i].size / 1e6);
	}
}

/* A distance of lines: 1, 2 or 5 times a power of ten. */
static double step_of(double all)
{
	double unit = all > 0 ? pow(10, floor(log10(all / 4))) : 1;

	if (unit >= all / 4)
		return unit;
	return 2 * unit >= all / 4 ? 2 * unit : 5 * unit;
}

static void draw_times(const struct map *map, FILE *to)
{
	double all = map->end - map->start, step = step_of(all);

	for (int i = 0; i * step <= all; i++) {
		double y = y_of(map, map->start + i * step);

		fprintf(to, "<path d=\"M%d %.1fh%d\" stroke=\"#eee\"/>\n", LEFT,
			y, COLUMNS);
		fprintf(to, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%g s</text>\n",
			LEFT - 8, y + 4, i * step);
	}
}

static void draw_title(const struct map *map, FILE *to)
{
	struct map_sums sums;

	map_sum(map, &sums);
	text(to, LEFT, 20, " font-weight=\"bold\"",
	     "What was read of the layers, and when");
	fprintf(to, "<text x=\"%d\" y=\"40\"><tspan fill=\"" BLUE
		"\" font-weight=\"bold\">%.1f MB wanted</tspan>, <tspan fill=\""
		ORANGE "\" font-weight=\"bold\">%.1f MB inflated for nothing</tspan>, from %.1f of %.1f MB of the layers (%.1f %%)</text>\n",
		LEFT, sums.wanted / 1e6, (sums.decoded - sums.wanted) / 1e6,
		sums.compressed / 1e6, map->bytes / 1e6,
		map->bytes ? 100. * sums.compressed / map->bytes : 0);
}

void map_plot(const struct map *map, FILE *to)
{
	fprintf(to, "<!-- SPDX-License-Identifier: GPL-2.0-or-later -->\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#333\">\n"
		"<rect width=\"%d\" height=\"%d\" fill=\"white\"/>\n",
		WIDTH, HEIGHT, WIDTH, HEIGHT, WIDTH, HEIGHT);
	draw_title(map, to);
	draw_times(map, to);
	fputs("<g stroke-width=\"2\" fill=\"none\">\n", to);
	for (uint32_t i = 0; i < map->span_count; i++)
		if (map->spans[i].times)
			draw_span(map, &map->spans[i], to);
	fputs("</g>\n", to);
	draw_strip(map, to);
	draw_blobs(map, to);
	fputs("</svg>\n", to);
}
