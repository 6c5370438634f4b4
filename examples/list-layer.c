// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * List a layer, or an index and the blobs that it is of:
 * list-layer LAYER|INDEX [BLOB...]
 *
 * cc -o list-layer list-layer.c $(pkg-config --cflags --libs stargz)
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

#include <stargz/stargz.h>

#define FILES_MAX	16

int main(int argc, char **argv)
{
	struct stargz_opened *opened = NULL;
	struct stargz_walk_entry entry;
	struct stargz_walk *walk = NULL;
	struct stargz_error err;
	struct stargz_stat st;
	int fds[FILES_MAX], ret, i;

	if (argc < 2 || argc > FILES_MAX) {
		fprintf(stderr, "Usage: list-layer LAYER|INDEX [BLOB...]\n");
		return 1;
	}
	for (i = 1; i < argc; i++) {
		fds[i - 1] = open(argv[i], O_RDONLY | O_CLOEXEC);
		if (fds[i - 1] < 0) {
			perror(argv[i]);
			return 1;
		}
	}
	ret = stargz_open(&opened, fds, argc - 1, NULL, &err);
	if (!ret)
		ret = stargz_walk_open(&walk, opened, "/", &err);
	while (!ret && (ret = stargz_walk_next(walk, &entry, &err)) == 1) {
		ret = entry.leaving ? 0 :
		      stargz_stat(opened, entry.ino, &st, &err);
		if (!entry.leaving && !ret)
			printf("%06" PRIo32 " %" PRIu64 " /%s\n", st.mode,
			       st.size, entry.path);
	}
	stargz_walk_close(walk);
	stargz_close(opened);
	if (ret)
		fprintf(stderr, "%s: %s\n", argv[1], err.text);
	return ret != 0;
}
