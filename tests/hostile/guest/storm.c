// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * storm - mount, read, and unmount immediately after the last read.
 *
 *	storm HOW ROUNDS DIR BLOB INDEX [BLOB INDEX]...
 *
 * HOW is order: some small files one after the other, in the order of the
 * blob; parallel: all files by four threads; mapped: the same through
 * mappings; remount: parallel, while options change; failing: order, after a
 * mount of each of the further pairs, which must fail. A single process keeps
 * the time between the last read and unmounting as short as possible.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define THREADS		4
#define MAX_FILES	4096

static const char *dir;
static char *files[MAX_FILES];
static int nr_files;
static bool mapped;
static atomic_int reading;

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(const char *path)
{
	DIR *stream = opendir(path);
	struct dirent *entry;
	char *name;

	if (!stream)
		err(1, "%s", path);
	while ((entry = readdir(stream))) {
		if (entry->d_name[0] == '.')
			continue;
		if (asprintf(&name, "%s/%s", path, entry->d_name) < 0)
			err(1, "asprintf");
		if (entry->d_type == DT_DIR)
			list(name);
		else if (entry->d_type == DT_REG && nr_files < MAX_FILES)
			files[nr_files++] = name;
	}
	closedir(stream);
}

static void touch(int fd, const char *name)
{
	volatile char sum = 0;
	struct stat st;
	off_t at;
	char *map;

	if (fstat(fd, &st))
		err(1, "%s", name);
	if (!st.st_size)
		return;
	map = mmap(NULL, st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		err(1, "%s: mmap", name);
	for (at = 0; at < st.st_size; at += 4096)
		sum += map[at];
	munmap(map, st.st_size);
}

static void read_one(const char *name)
{
	char data[1 << 16];
	int fd = open(name, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		err(1, "%s", name);
	if (mapped)
		touch(fd, name);
	else
		while ((n = read(fd, data, sizeof(data))) != 0)
			if (n < 0)
				err(1, "%s: read", name);
	close(fd);
}

static void *read_some(void *arg)
{
	int i;

	for (i = (long)arg; i < nr_files; i += THREADS)
		read_one(files[i]);
	reading--;
	return NULL;
}

static void read_parallel(bool remounts)
{
	pthread_t threads[THREADS];
	long i;

	reading = THREADS;
	for (i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, read_some, (void *)i))
			errx(1, "pthread_create");
	for (i = 0; remounts && reading; i++)
		if (mount("none", dir, NULL, MS_REMOUNT | MS_RDONLY,
			  i & 1 ? "decoder=auto" : "decoder=zlib"))
			err(1, "remount");
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

static int mount_one(const char *blob, const char *index)
{
	char options[4096];

	snprintf(options, sizeof(options), "index=%s", index);
	return mount(blob, dir, "stargz", MS_RDONLY, options);
}

/* The files are closed, but the kernel may finish that a moment later. */
static void unmount(void)
{
	int tries = 0;

	while (umount2(dir, 0)) {
		if (errno != EBUSY || ++tries > 1000)
			err(1, "umount");
		usleep(1000);
	}
}

static void must_fail(char **pair)
{
	for (; pair[0] && pair[1]; pair += 2)
		if (!mount_one(pair[0], pair[1]))
			errx(1, "%s: mounts", pair[1]);
}

int main(int argc, char **argv)
{
	const char *how = argc > 5 ? argv[1] : "";
	int rounds, round, i;

	if (!*how)
		errx(2, "Usage: storm HOW ROUNDS DIR BLOB INDEX [BLOB INDEX]...");
	rounds = atoi(argv[2]);
	dir = argv[3];
	mapped = !strcmp(how, "mapped");
	for (round = 0; round < rounds; round++) {
		must_fail(argv + 6);
		if (mount_one(argv[4], argv[5]))
			err(1, "%s: mount", argv[4]);
		if (!round) {
			list(dir);
			qsort(files, nr_files, sizeof(*files), by_name);
		}
		if (!strcmp(how, "order") || !strcmp(how, "failing"))
			for (i = 0; i < 14 + round % 16 && i < nr_files; i++)
				read_one(files[i]);
		else
			read_parallel(!strcmp(how, "remount"));
		unmount();
	}
	printf("%d rounds of %d files\n", rounds, nr_files);
	return nr_files < 1;
}
