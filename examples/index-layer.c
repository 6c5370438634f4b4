// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Make the index of a layer: index-layer LAYER INDEX
 *
 * cc -o index-layer index-layer.c $(pkg-config --cflags --libs stargz)
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <stargz/stargz.h>

static void on_warning(void *data, const char *line)
{
	fprintf(stderr, "%s: warning: %s\n", (const char *)data, line);
}

static int open_file(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0666);

	if (fd < 0)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	return fd;
}

int main(int argc, char **argv)
{
	struct stargz_index_options opt = { .struct_size = sizeof(opt) };
	struct stargz_index_stats stats;
	struct stargz_error err;
	int layer, index;

	if (argc != 3) {
		fprintf(stderr, "Usage: index-layer LAYER INDEX\n");
		return 1;
	}
	layer = open_file(argv[1], O_RDONLY);
	index = open_file(argv[2], O_WRONLY | O_CREAT | O_TRUNC);
	if (layer < 0 || index < 0)
		return 1;
	opt.warn = on_warning;
	opt.data = argv[1];
	if (stargz_index_blob(layer, &opt, index, &stats, &err)) {
		fprintf(stderr, "%s: %s\n", argv[1], err.text);
		return 1;
	}
	printf("%" PRIu64 " entries, %" PRIu64 " bytes of content\n",
	       stats.entries, stats.data_bytes);
	return 0;
}
