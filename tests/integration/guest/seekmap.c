// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * seekmap - check the holes that a file reports against its bytes.
 *
 *	seekmap FILE
 *
 * SEEK_HOLE and SEEK_DATA must partition the file without gaps, every hole must
 * read as zeroes, and seeking at the end must fail with ENXIO. If FIEMAP is
 * supported, its extents must be sorted, must not overlap, must not begin after
 * the end of the file and must end with FIEMAP_EXTENT_LAST, and the bytes
 * between them must read as zeroes. Prints the number of bytes in holes.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXTENTS 64

static const char *name;
static int fd;
static off_t size;

static void check_zero(off_t from, off_t to)
{
	char data[1 << 16];
	ssize_t len, i;

	while (from < to) {
		len = to - from < (off_t)sizeof(data) ? to - from :
			(off_t)sizeof(data);
		len = pread(fd, data, len, from);
		if (len <= 0)
			err(1, "%s: read", name);
		for (i = 0; i < len; i++)
			if (data[i])
				errx(1, "%s: data in a hole at %lld", name,
				     (long long)(from + i));
		from += len;
	}
}

static void check_end(int whence)
{
	if (lseek(fd, size, whence) != -1 || errno != ENXIO)
		errx(1, "%s: no ENXIO at the end", name);
}

/* Walk data and holes alternately; returns the number of bytes in holes. */
static off_t check_seek(void)
{
	off_t at = 0, data, hole, holes = 0;

	while (at < size) {
		data = lseek(fd, at, SEEK_DATA);
		if (data < 0 && errno == ENXIO)
			data = size;
		if (data < at || data > size)
			errx(1, "%s: SEEK_DATA at %lld gives %lld", name,
			     (long long)at, (long long)data);
		check_zero(at, data);
		holes += data - at;
		if (data == size)
			break;
		hole = lseek(fd, data, SEEK_HOLE);
		if (hole <= data || hole > size)
			errx(1, "%s: SEEK_HOLE at %lld gives %lld", name,
			     (long long)data, (long long)hole);
		at = hole;
	}
	check_end(SEEK_DATA);
	check_end(SEEK_HOLE);
	return holes;
}

static void check_extent(const struct fiemap_extent *extent, off_t *at)
{
	off_t logical = extent->fe_logical;

	if (logical < *at || logical >= size || !extent->fe_length)
		errx(1, "%s: FIEMAP extent at %lld after %lld", name,
		     (long long)logical, (long long)*at);
	check_zero(*at, logical);
	*at = logical + extent->fe_length;
}

static void check_fiemap(void)
{
	struct fiemap *map = calloc(1, sizeof(*map) +
				    EXTENTS * sizeof(*map->fm_extents));
	unsigned int flags = 0, i;
	off_t at = 0;

	if (!map)
		err(1, "calloc");
	do {
		memset(map, 0, sizeof(*map));
		map->fm_start = at;
		map->fm_length = FIEMAP_MAX_OFFSET;
		map->fm_extent_count = EXTENTS;
		if (ioctl(fd, FS_IOC_FIEMAP, map)) {
			if (errno != EOPNOTSUPP)
				err(1, "%s: FIEMAP", name);
			free(map);
			return;
		}
		for (i = 0; i < map->fm_mapped_extents; i++) {
			check_extent(&map->fm_extents[i], &at);
			flags = map->fm_extents[i].fe_flags;
		}
	} while (map->fm_mapped_extents && !(flags & FIEMAP_EXTENT_LAST));
	if (at && !(flags & FIEMAP_EXTENT_LAST))
		errx(1, "%s: FIEMAP without a last extent", name);
	if (at < size)
		check_zero(at, size);
	free(map);
}

int main(int argc, char **argv)
{
	struct stat st;

	if (argc != 2)
		errx(2, "Usage: seekmap FILE");
	name = argv[1];
	fd = open(name, O_RDONLY);
	if (fd < 0 || fstat(fd, &st))
		err(1, "%s", name);
	size = st.st_size;
	printf("%lld\n", (long long)check_seek());
	check_fiemap();
	return 0;
}
