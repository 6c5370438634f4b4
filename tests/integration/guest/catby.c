// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * catby - copy a file to standard output, reading it in an unusual way.
 *
 *	catby mmap|splice|sendfile|backwards|scattered FILE
 *
 * mmap also checks that the last page is zero after the end of the file.
 * splice needs a pipe as standard output.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/* Not a divisor of any block size, so that reads cross every boundary. */
#define ODD_SIZE	40961

static int fd;
static size_t size;

static void put(const char *data, size_t len)
{
	while (len) {
		ssize_t done = write(STDOUT_FILENO, data, len);

		if (done <= 0)
			err(1, "write");
		data += done;
		len -= done;
	}
}

static void by_mmap(void)
{
	size_t page = sysconf(_SC_PAGESIZE), pages = (size + page - 1) / page, i;
	char *map = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	char *data = malloc(pages * page);

	if (map == MAP_FAILED || !data)
		err(1, "mmap");
	madvise(map, size, MADV_RANDOM);
	/* From the end, so that every page causes a fault. */
	for (i = pages; i-- > 0;)
		memcpy(data + i * page, map + i * page, page);
	for (i = size; i < pages * page; i++)
		if (data[i])
			errx(1, "dirt after the end of the file");
	put(data, size);
}

static void by_splice(void)
{
	ssize_t done;

	do {
		done = splice(fd, NULL, STDOUT_FILENO, NULL, 1 << 16, 0);
	} while (done > 0);
	if (done < 0)
		err(1, "splice");
}

static void by_sendfile(void)
{
	ssize_t done;

	do {
		done = sendfile(STDOUT_FILENO, fd, NULL, ODD_SIZE);
	} while (done > 0);
	if (done < 0)
		err(1, "sendfile");
}

static void read_piece(char *data, size_t at)
{
	size_t want = size - at < ODD_SIZE ? size - at : ODD_SIZE;
	ssize_t done = pread(fd, data + at, ODD_SIZE, at);

	if (done < 0)
		err(1, "pread");
	if ((size_t)done != want)
		errx(1, "pread: %zd bytes instead of %zu", done, want);
}

/* Every STEPth chunk until the end, then the chunks after them, and so on. */
static void by_pieces(size_t step)
{
	char *data = malloc(size + ODD_SIZE);
	size_t first, i;

	if (!data)
		err(1, "malloc");
	for (first = 0; first < step; first++)
		for (i = first; i * ODD_SIZE < size; i += step)
			read_piece(data, i * ODD_SIZE);
	put(data, size);
}

static void by_pieces_from_end(void)
{
	char *data = malloc(size + ODD_SIZE);
	size_t i;

	if (!data)
		err(1, "malloc");
	for (i = (size + ODD_SIZE - 1) / ODD_SIZE; i-- > 0;)
		read_piece(data, i * ODD_SIZE);
	put(data, size);
}

int main(int argc, char **argv)
{
	const char *how = argc == 3 ? argv[1] : "";
	struct stat st;

	if (!*how)
		errx(2, "Usage: catby WAY FILE");
	fd = open(argv[2], O_RDONLY);
	if (fd < 0 || fstat(fd, &st))
		err(1, "%s", argv[2]);
	size = st.st_size;
	if (!strcmp(how, "mmap"))
		by_mmap();
	else if (!strcmp(how, "splice"))
		by_splice();
	else if (!strcmp(how, "sendfile"))
		by_sendfile();
	else if (!strcmp(how, "backwards"))
		by_pieces_from_end();
	else if (!strcmp(how, "scattered"))
		by_pieces(7);
	else
		errx(2, "%s: no such way", how);
	return 0;
}
