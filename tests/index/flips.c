// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * flips INDEX - open an index with each single bit of it changed.
 *
 * Prints the bits with which the index still opens, and the number of bits.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <stargz/stargz.h>

static bool opens(int fd)
{
	struct stargz_index_options opt = { .struct_size = sizeof(opt) };
	struct stargz_opened *opened;
	struct stargz_error error;

	if (stargz_open(&opened, &fd, 1, &opt, &error))
		return false;
	stargz_close(opened);
	return true;
}

int main(int argc, char **argv)
{
	static unsigned char data[1 << 20];
	ssize_t size, at;
	int in, fd;

	in = argc == 2 ? open(argv[1], O_RDONLY) : -1;
	size = read(in, data, sizeof(data));
	fd = memfd_create("flips", 0);
	if (size <= 0 || write(fd, data, size) != size)
		err(1, "a file is expected");
	if (!opens(fd))
		errx(1, "%s does not open", argv[1]);
	for (at = 0; at < size; at++) {
		for (int bit = 0; bit < 8; bit++) {
			unsigned char byte = data[at] ^ 1 << bit;

			if (pwrite(fd, &byte, 1, at) != 1)
				err(1, "pwrite");
			if (opens(fd))
				printf("byte %zd bit %d\n", at, bit);
		}
		if (pwrite(fd, data + at, 1, at) != 1)
			err(1, "pwrite");
	}
	printf("%zd bits\n", 8 * size);
	return 0;
}
