// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Write a file of a layer to standard output: read-file LAYER PATH
 *
 * cc -o read-file read-file.c $(pkg-config --cflags --libs stargz)
 */
#include <fcntl.h>
#include <stdio.h>

#include <stargz/stargz.h>

static int copy(struct stargz_opened *opened, const char *path,
		struct stargz_error *err)
{
	uint64_t pos = 0;
	char buf[65536];
	uint32_t ino;
	ssize_t n;

	n = stargz_lookup(opened, path, &ino, err);
	if (n)
		return n;
	while ((n = stargz_read(opened, ino, buf, sizeof(buf), pos, err)) > 0)
		pos += fwrite(buf, 1, n, stdout);
	return n;
}

int main(int argc, char **argv)
{
	struct stargz_opened *opened = NULL;
	struct stargz_error err;
	int fd, ret;

	if (argc != 3) {
		fprintf(stderr, "Usage: read-file LAYER PATH\n");
		return 1;
	}
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		perror(argv[1]);
		return 1;
	}
	ret = stargz_open(&opened, &fd, 1, NULL, &err);
	if (!ret)
		ret = copy(opened, argv[2], &err);
	stargz_close(opened);
	if (ret)
		fprintf(stderr, "%s: %s\n", argv[1], err.text);
	return ret || fflush(stdout);
}
